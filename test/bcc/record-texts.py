#!/usr/bin/python3
"""Records the BPF texts of BCC's Python tools: each tool runs with a BPF class that notes its text, flags and
attachments instead of compiling. Usage: record-texts.py [--variants] OUT_DIR [TOOL...]; the tools and the `bcc` module
are Debian's. With --variants every option of the tools' parsers is tried too, alone and with others, on kernels that answer
all of the tools' questions with yes and with no.

For every text OUT_DIR gets NAME.c and NAME.json: {"tool", "args", "cflags", "attach": [{"call", "event", "fn_name"}...]}.
"""
import argparse
import glob
import gzip
import hashlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import traceback

TOOLS = "/usr/sbin"
SUFFIX = "-bpfcc"
# Tools of many languages, run by wrappers such as pythoncalls-bpfcc; they have no suffix.
LANGUAGE_TOOLS = ("ucalls", "uflow", "ugc", "uobjnew", "ustat", "uthreads")
# Only what waits for something that never comes takes so long: a machine may be slow.
SECONDS = 120

# Arguments of tools that do nothing without: PID is a running Python's, LIBC and such are found by BCC.
REQUIRED = {
    "argdist": [["-H", "r::__tcp_select_window(struct sock *sk):u32:$latency"]],
    "biolatpcts": [["/dev/vda"]],
    "dirtop": [["-d", "/tmp"]],
    "bashreadline": [["-s", "/bin/bash"], []],
    "cobjnew": [["-l", "c", "PID"]],
    "dbslower": [["mysql", "-x", "/bin/bash"], ["mysql", "-p", "PID"]],
    "dbstat": [["mysql", "-p", "PID"], ["mysql"]],
    "deadlock": [["PID", "--binary", "/lib/x86_64-linux-gnu/libc.so.6"]],
    "funccount": [["vfs_*"], ["vfs_read"]],
    "funcinterval": [["vfs_read"]],
    "funclatency": [["do_sys_open"], ["-p", "PID", "vfs_read"]],
    "funcslower": [["vfs_read"], ["-U", "c:open"]],
    "inject": [["kmalloc", "-v", "SyS_mount()"], ["kmalloc", "(true)"]],
    "javacalls": [["PID"]],
    "mysqld_qslower": [["PID"]],
    "stackcount": [["submit_bio"], ["t:sched:sched_switch"]],
    "tplist": [],
    "trace": [["do_sys_open"], ["sys_execve \"%s\", arg1"]],
    "ttysnoop": [["/dev/pts/0"], ["0"]],
    "uthreads": [["-l", "c", "PID"], ["-l", "java", "PID"], ["PID"]],
    "ucalls": [["-l", "python", "PID"], ["-S", "PID"], ["-l", "java", "PID"]],
    "uflow": [["-l", "python", "PID"]],
    "ugc": [["-l", "python", "PID"], ["-l", "java", "PID"]],
    "uobjnew": [["-l", "c", "PID"], ["-l", "java", "PID"]],
    "ustat": [["-l", "python"], []],
    "netqtop": [["-n", "lo"]],
    "ppchcalls": [[]],
    "btrfsslower": [[]],
    "criticalstat": [[]],
    "tcpsubnet": [[], ["10.80.0.0/24,10.80.1.0/24"]],
    "memleak": [["-p", "PID"], []],
}


def manual_examples(tool):
    """Argument lists of the examples in the tool's manual page."""
    found = []
    for path in glob.glob(f"/usr/share/man/man8/{tool}{SUFFIX}.8*") + glob.glob(f"/usr/share/man/man8/{tool}.8*"):
        with gzip.open(path, "rt", errors="replace") as page:
            text = page.read()
        part = text.split(".SH EXAMPLES", 1)[-1].split(".SH ", 1)[0]
        part = part.replace("\\-", "-").replace("\\\\", "\\").replace("\\(aq", "'").replace("\\fB", "").replace("\\fR", "")
        for line in part.splitlines():
            match = re.match(r"^(?:\.B )?#?\s*(?:\\fB)?\.?/?%s(?:-bpfcc)?(?:\.py)?(\s.*)?$" % re.escape(tool), line.strip())
            if not match:
                continue
            try:
                args = shlex.split(match.group(1) or "")
            except ValueError:
                continue
            if not any(arg in ("|", ">", "&", "-c", "--command") for arg in args):
                found.append(args)
    return found


def runs_of(tool):
    lists = REQUIRED.get(tool, [[]]) + manual_examples(tool)
    return [list(args) for args in dict.fromkeys(tuple(args) for args in lists)]


# Numbers of processes in manuals' examples, which stand for one that runs.
PROCESSES = ("PID", "181", "185", "188", "1234", "11346", "123", "5431", "2345", "1005", "478", "4228")

# Values for options, by words in their names; a number for those that want one, a name for others.
OPTION_VALUES = {
    "pid": "PID", "tid": "PID", "tgid": "PID", "uid": "1000", "port": "80,443", "family": "AF_INET", "cgroupmap": "/sys/fs/bpf/tsbpf-cgroups",
    "mntnsmap": "/sys/fs/bpf/tsbpf-mounts", "max": "30", "min": "1", "count": "5", "interval": "1", "include": "linux/fs.h",
    "sysc": "read,write", "errno": "EPERM", "disk": "sda", "dev": "sda", "signal": "9", "interface": "lo", "binary": "/bin/bash", "stack_storage": "1024", "cpu": "0",
}
NO_TEXT = ("help", "ebpf", "version", "list", "verbose")


def values_of(option):
    """What to give to an option of a tool's parser; nothing to one that is a mere switch."""
    if not option["takes"]:
        return [[]]
    if option["choices"]:
        return [[str(choice)] for choice in option["choices"]][:6]
    known = next((value for word, value in OPTION_VALUES.items() if word in option["dest"]), None)
    if option["type"] == "int":
        return [[known if known and (known.isdigit() or known == "PID") else "3"]]
    return [[known or "bash"]]


def variants_of(options, bases):
    """Argument lists that try every option alone, neighbours together, and all switches at once."""
    base = bases[0]
    alone = [(option, [option["flag"]] + value) for option in options for value in values_of(option)]
    switches = [words for option, words in alone if not option["takes"]]
    pairs = [first + second for (_, first), (_, second) in zip(alone, alone[1:])] + [first + second for (_, first), (_, second) in zip(alone, alone[3:])]
    lists = [base + words for _, words in alone] + [base + pair for pair in pairs] + [base + [word for words in switches for word in words]]
    return lists + [other + words for other in bases[1:3] for _, words in alone]


def syscall_prefix():
    """What the kernel's functions of system calls begin with."""
    with open("/proc/kallsyms") as symbols:
        for line in symbols:
            name = line.split()[2]
            if name in ("__x64_sys_bpf", "__arm64_sys_bpf", "__se_sys_bpf"):
                return name[: -len("bpf")].encode()
    return b"sys_"


def record_one(out, tool, args, answer=None):
    """In a process of its own: becomes the tool, with `bcc.BPF` replaced. `answer` is what the kernel is said to have: all or nothing."""
    import bcc
    import runpy
    import time

    texts = []
    options = []
    parse_args = argparse.ArgumentParser.parse_args

    def noting_options(parser, *positional, **named):
        for action in parser._actions:
            if action.option_strings and action.dest not in NO_TEXT:
                kind = getattr(action.type, "__name__", "")
                options.append({"flag": action.option_strings[0], "dest": action.dest, "takes": action.nargs != 0, "choices": action.choices and list(action.choices), "type": kind})
        with open(os.path.join(out, ".options.json"), "w") as file:
            json.dump(options, file)
        return parse_args(parser, *positional, **named)

    argparse.ArgumentParser.parse_args = noting_options

    class Anything:
        """Stands for tables, perf buffers, probes: takes every call and holds nothing."""

        def __init__(self, *_args, **_kwargs):
            pass

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return Anything()

        def __call__(self, *_args, **_kwargs):
            return Anything()

        def __getitem__(self, _key):
            return Anything()

        def __setitem__(self, _key, _value):
            pass

        def __iter__(self):
            return iter(())

        def __len__(self):
            return 0

        def __int__(self):
            return 0

        def __index__(self):
            return 0

        def __bool__(self):
            return True

        def __lt__(self, _other):
            return False

        __gt__ = __le__ = __ge__ = __lt__

    def text_of(value):
        return value.decode(errors="replace") if isinstance(value, bytes) else str(value)

    class Recorder(bcc.BPF):
        def __init__(self, src_file=b"", hdr_file=b"", text=None, debug=0, cflags=[], usdt_contexts=[], **_kwargs):
            if src_file:
                with open(bcc.BPF._find_file(src_file if isinstance(src_file, bytes) else src_file.encode()), "rb") as file:
                    text = file.read()
            self.record = {"tool": tool, "args": args, "cflags": [text_of(flag) for flag in cflags], "attach": []}
            texts.append((text_of(text), self.record))
            self.tables = {}
            self.funcs = {}

        def __getattr__(self, name):
            if name.startswith("attach_"):
                def attach(*positional, **named):
                    entry = {"call": name}
                    entry.update({key: text_of(value) for key, value in named.items() if isinstance(value, (str, bytes, int))})
                    entry["positional"] = [text_of(value) for value in positional if isinstance(value, (str, bytes, int))]
                    self.record["attach"].append(entry)
                    return self
                return attach
            return Anything()

        def __getitem__(self, _key):
            return Anything()

        def get_table(self, *_args, **_kwargs):
            return Anything()

        def load_func(self, func_name, prog_type, *_args, **_kwargs):
            self.record["attach"].append({"call": "load_func", "fn_name": text_of(func_name), "type": prog_type})
            return Anything()

        def num_open_kprobes(self):
            return 1

        num_open_uprobes = num_open_tracepoints = num_open_kprobes

        def stop(self, *_args, **_kwargs):
            raise SystemExit(0)

        perf_buffer_poll = ring_buffer_poll = ring_buffer_consume = kprobe_poll = trace_fields = trace_readline = trace_print = stop

        def cleanup(self):
            pass

        def __exit__(self, *_args):
            pass

        def get_syscall_prefix(self):
            return syscall_prefix()

        def get_syscall_fnname(self, name):
            return syscall_prefix() + (name if isinstance(name, bytes) else name.encode())

        @staticmethod
        def ksymname(_name):
            return 1 << 40  # every symbol is there: what a tool probes for must not hide its text

        @staticmethod
        def tracepoint_exists(category, event):
            roots = ("/sys/kernel/tracing", "/sys/kernel/debug/tracing")
            return any(os.path.isdir(f"{root}/events/{category}/{event}") for root in roots)

        @staticmethod
        def get_kprobe_functions(event_re):
            pattern = re.compile(event_re)
            names = set()
            with open("/proc/kallsyms", "rb") as symbols:
                for line in symbols:
                    words = line.split()
                    if words[1] in (b"t", b"T") and pattern.fullmatch(words[2]):
                        names.add(words[2])
            return sorted(names)[:80]

    if answer is not None:
        for question in ("kernel_struct_has_field", "tracepoint_exists", "support_kfunc", "support_raw_tracepoint", "support_raw_tracepoint_in_module"):
            setattr(Recorder, question, staticmethod(lambda *_args: 1 if answer else 0))
        names = lambda event_re: [event_re.strip(b"^$")] if answer and event_re.strip(b"^$").replace(b"_", b"").isalnum() else []
        Recorder.get_kprobe_functions = staticmethod(names)
        Recorder.ksymname = staticmethod(lambda _name: 1 << 40 if answer else -1)

    for name in dir(bcc.BPF):
        if name.startswith(("attach_", "detach_")) or name in ("load_funcs", "free_bcc_memory", "donothing"):
            setattr(Recorder, name, lambda self, *positional, _name=name, **named: Recorder.__getattr__(self, _name)(*positional, **named))

    class Probes(Anything):
        def get_text(self):
            return ""

        def get_probe_arg_ctype(self, *_args):
            return "unsigned long"

        def enumerate_probes(self):
            return []

    for module in [bcc] + [value for name, value in sys.modules.items() if name.startswith("bcc.")]:
        if hasattr(module, "BPF"):
            module.BPF = Recorder
        if hasattr(module, "USDT"):
            module.USDT = Probes
    time.sleep = stop
    import builtins
    import curses

    curses.wrapper = lambda run, *positional: run(Anything(), *positional)
    real_open, real_exists = builtins.open, os.path.exists

    def pretend_open(path, *positional, **named):
        """A processor and tracing events as the tools' preconditions ask for."""
        if str(path) == "/proc/cpuinfo":
            import io

            return io.StringIO("vendor_id\t: GenuineIntel\nflags\t\t: vmx\n")
        if str(path) == "/proc/kallsyms":
            import io

            names = ("btrfs_file_operations", "ext4_file_operations", "xfs_file_operations", "vm_stat", "vm_zone_stat", "vm_node_stat")
            with real_open(path) as symbols:
                return io.StringIO(symbols.read() + "".join(f"ffffffff81000000 D {name}\n" for name in names))
        return real_open(path, *positional, **named)

    real_output = subprocess.check_output
    subprocess.check_output = lambda command, *positional, **named: (
        b"vendor_id : GenuineIntel vmx" if "cpuinfo" in str(command) else real_output(command, *positional, **named)
    )
    builtins.open = pretend_open
    os.path.exists = lambda path: "tracing/events/" in str(path) or real_exists(path)
    sys.argv = [f"{TOOLS}/{tool}{'' if tool in LANGUAGE_TOOLS else SUFFIX}"] + args
    status = "ok"
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit:
        pass
    except BaseException as problem:  # the tool's own troubles with a table that holds nothing come after its text
        status = f"{type(problem).__name__}: {problem}"
    with open(os.path.join(out, ".last.json"), "w") as file:
        json.dump({"status": status, "texts": texts}, file)


def main():
    arguments = sys.argv[1:]
    with_variants = arguments[:1] == ["--variants"]
    whole = os.path.abspath(arguments[with_variants])
    # A folder under its own name has all texts, also when somebody else asks meanwhile.
    out = whole if os.path.exists(whole) else f"{whole}.{os.getpid()}"
    os.makedirs(out, exist_ok=True)
    wanted = arguments[with_variants + 1 :]
    missing = []
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(36000)"])
    try:
        for path in sorted(glob.glob(f"{TOOLS}/*{SUFFIX}")) + [f"{TOOLS}/{name}" for name in LANGUAGE_TOOLS]:
            tool = os.path.basename(path).removesuffix(SUFFIX)
            with open(path, "rb") as file:
                if b"python" not in file.readline() or (wanted and tool not in wanted):
                    continue
            recorder = ToolRecorder(out, tool, sleeper.pid)
            for args in runs_of(tool):
                recorder.record(args)
            if with_variants:
                recorder.record_variants()
            if not recorder.seen:
                missing.append(tool)
    finally:
        sleeper.kill()
    if out != whole:
        os.rename(out, whole)
    print("without a text:", " ".join(missing) or "none")


def stop(*_args):
    raise SystemExit(0)


def run_apart(out, tool, args, answer):
    """Runs a tool in a child, in the output's folder: some tools write files."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    try:
        signal.signal(signal.SIGALRM, stop)
        signal.alarm(SECONDS)
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        os.chdir(out)
        record_one(out, tool, args, answer)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


class ToolRecorder:
    """The texts of one tool, each kept once."""

    def __init__(self, out, tool, pid):
        self.out, self.tool, self.pid = out, tool, str(pid)
        self.seen = set()

    def record_variants(self):
        noted = os.path.join(self.out, ".options.json")
        bases = runs_of(self.tool)
        lists = bases
        if os.path.exists(noted):
            with open(noted) as file:
                lists = bases + variants_of(json.load(file), bases)
            os.remove(noted)
        for args in [list(args) for args in dict.fromkeys(tuple(args) for args in lists)]:
            for answer in (None, True, False):
                self.record(args, answer)

    def record(self, args, answer=None):
        last = os.path.join(self.out, ".last.json")
        if os.path.exists(last):
            os.remove(last)
        real = [self.pid if arg in PROCESSES else arg for arg in args]
        run_apart(self.out, self.tool, real, answer)
        if not os.path.exists(last):
            return
        with open(last) as file:
            texts = json.load(file)["texts"]
        for index, (text, record) in enumerate(texts):
            self.keep(text, {**record, "check": index < len(texts) - 1})

    def keep(self, text, record):
        key = hashlib.sha256((text + "\0".join(record["cflags"])).encode()).hexdigest()
        if key in self.seen:
            return
        self.seen.add(key)
        name = self.tool if len(self.seen) == 1 else f"{self.tool}.{len(self.seen) - 1}"
        with open(os.path.join(self.out, name + ".c"), "w") as file:
            file.write(text)
        with open(os.path.join(self.out, name + ".json"), "w") as file:
            json.dump(record, file, indent=1)


if __name__ == "__main__":
    main()
