"""Compiles, loads and attaches a text with BCC; prints the time since the process was asked for, and its processor time."""
import json
import os
import sys
import time

from bcc import BPF

bpf = BPF(text=open(sys.argv[1]).read())
cpu = os.times()
print(json.dumps({"wall": time.time() * 1000 - float(os.environ["ASKED"]), "cpu": (cpu.user + cpu.system) * 1000}))
