#!/usr/bin/python3
"""Records the BPF texts of BCC's Python tools: each tool runs with a BPF class that notes its text, flags and
attachments instead of compiling. Usage: record-texts.py OUT_DIR [TOOL...]; the tools and the `bcc` module are Debian's.

For every text OUT_DIR gets NAME.c and NAME.json: {"tool", "args", "cflags", "attach": [{"call", "event", "fn_name"}...]}.
"""
import glob
import gzip
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys

TOOLS = "/usr/sbin"
SUFFIX = "-bpfcc"
# Tools of many languages, run by wrappers such as pythoncalls-bpfcc; they have no suffix.
LANGUAGE_TOOLS = ("ucalls", "uflow", "ugc", "uobjnew", "ustat", "uthreads")
SECONDS = 25

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


def syscall_prefix():
    """What the kernel's functions of system calls begin with."""
    with open("/proc/kallsyms") as symbols:
        for line in symbols:
            name = line.split()[2]
            if name in ("__x64_sys_bpf", "__arm64_sys_bpf", "__se_sys_bpf"):
                return name[: -len("bpf")].encode()
    return b"sys_"


def record_one(out, tool, args):
    """In a process of its own: becomes the tool, with `bcc.BPF` replaced."""
    import bcc
    import runpy
    import time

    texts = []

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

    def stop(*_args):
        raise SystemExit(0)

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
    if sys.argv[1] == "--one":
        record_one(sys.argv[2], sys.argv[3], sys.argv[4:])
        return
    out = os.path.abspath(sys.argv[1])
    os.makedirs(out, exist_ok=True)
    wanted = sys.argv[2:]
    missing = []
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    try:
        for path in sorted(glob.glob(f"{TOOLS}/*{SUFFIX}")) + [f"{TOOLS}/{name}" for name in LANGUAGE_TOOLS]:
            tool = os.path.basename(path).removesuffix(SUFFIX)
            with open(path, "rb") as file:
                if b"python" not in file.readline() or (wanted and tool not in wanted):
                    continue
            if record_tool(out, tool, sleeper.pid) == 0:
                missing.append(tool)
    finally:
        sleeper.kill()
    print("without a text:", " ".join(missing) or "none")


def record_tool(out, tool, pid):
    seen = set()
    last = os.path.join(out, ".last.json")
    for args in runs_of(tool):
        if os.path.exists(last):
            os.remove(last)
        real = [str(pid) if arg in ("PID", "181", "185", "188", "1234", "11346", "123", "5431", "2345", "1005", "478", "4228") else arg for arg in args]
        command = ["/usr/bin/python3", os.path.abspath(__file__), "--one", out, tool] + real
        try:
            # In the output's folder: some tools write files.
            subprocess.run(command, cwd=out, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=SECONDS)
        except subprocess.TimeoutExpired:
            pass
        if not os.path.exists(last):
            continue
        with open(last) as file:
            texts = json.load(file)["texts"]
        for index, (text, record) in enumerate(texts):
            key = hashlib.sha256((text + "\0".join(record["cflags"])).encode()).hexdigest()
            if key in seen:
                continue
            seen.add(key)
            name = tool if len(seen) == 1 else f"{tool}.{len(seen) - 1}"
            record["check"] = index < len(texts) - 1
            with open(os.path.join(out, name + ".c"), "w") as file:
                file.write(text)
            with open(os.path.join(out, name + ".json"), "w") as file:
                json.dump(record, file, indent=1)
        os.remove(last)
    return len(seen)


if __name__ == "__main__":
    main()
