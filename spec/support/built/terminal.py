"""Runs a program in a terminal of its own (a pty) for spec/support/built/terminal.ts.

Usage: terminal.py COLUMNS ROWS PROGRAM ARGUMENT... Each line of standard input is JSON: {"keys": TEXT} or
{"size": [COLUMNS, ROWS]}. Standard output is what the program writes to the terminal; the exit code is that of the program.
"""
import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def main():
    columns, rows, *program = sys.argv[1:]
    pid, terminal = pty.fork()
    if pid == 0:
        resize(0, int(columns), int(rows))
        os.execvp(program[0], program)
    pending = b""
    inputs = [terminal, 0]
    while True:
        readable, _, _ = select.select(inputs, [], [])
        if terminal in readable:
            try:
                output = os.read(terminal, 65536)
            except OSError:  # the program has closed the terminal
                output = b""
            if not output:
                break
            os.write(1, output)
        if 0 in readable:
            given = os.read(0, 65536)
            if not given:
                inputs.remove(0)
            *lines, pending = (pending + given).split(b"\n")
            for line in lines:
                order = json.loads(line)
                if "size" in order:
                    resize(terminal, *order["size"])
                else:
                    os.write(terminal, order["keys"].encode())
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) & 0xFF


sys.exit(main())
