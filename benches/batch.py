"""The first letter of a cold start, then a batch of N letters with one worker and with two: letters a second, their
ratio, memory, bytes a letter.

Usage: batch.py PROGRAM N [VOLUME]. PROGRAM is a chancery binary, best `cargo build --release`. Makes a sample office
for each run in a temporary folder. Memory is the high-water mark of the process. The first letter is the wall time of
`letter preview` of one request, program start and end included, best of seven.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

PROGRAM, COUNT = sys.argv[1], int(sys.argv[2])
VOLUME = sys.argv[3] if len(sys.argv) > 3 else "200"


def run(workers, room):
    office, out = room / f"office-{workers}", room / f"out-{workers}"
    subprocess.run([PROGRAM, "init", office, "--sample"], check=True, capture_output=True)
    samples = office / "samples" / "requests" / "letters.jsonl"
    usual = [json.loads(line) for line in samples.read_text().splitlines()]
    usual = [row for row in usual if row["request_id"].startswith("notice-")]
    with (room / f"rows-{workers}.jsonl").open("w") as file:
        for at in range(COUNT):
            row = dict(usual[at % len(usual)], request_id=f"bulk-{at:06}", case_no=f"BK-{at:06}")
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    began = time.monotonic()
    line = [PROGRAM, "--office", office, "--as", "clerk", "--json", "letter", "batch", file.name, "--out", out]
    child = subprocess.Popen([*line, "--volume", VOLUME, "--workers", str(workers)], stdout=subprocess.PIPE)
    said, _ = child.stdout.read(), None
    _, status, used = os.wait4(child.pid, 0)
    spent = time.monotonic() - began
    summary = json.loads(said)
    assert summary["summary"]["issued"] == COUNT, (status, summary["summary"])
    stream = sum(volume["bytes"] for volume in summary["volumes"]) / COUNT
    print(
        f"{workers} worker(s): {COUNT / spent:7.1f} letters/s, {(used.ru_utime + used.ru_stime) / COUNT * 1000:6.1f} ms CPU,"
        f" {used.ru_maxrss / 1024:6.1f} MB, print stream {stream / 1000:5.1f} kB a letter"
    )
    return COUNT / spent


def cold(room):
    office = room / "office-cold"
    subprocess.run([PROGRAM, "init", office, "--sample"], check=True, capture_output=True)
    samples = office / "samples" / "requests" / "letters.jsonl"
    one = room / "one.jsonl"
    one.write_text(samples.read_text().splitlines()[0] + "\n")
    spent = []
    for turn in range(7):
        began = time.monotonic()
        line = [PROGRAM, "--office", office, "--as", "clerk", "letter", "preview", one, "--out", room / f"cold-{turn}"]
        subprocess.run(line, check=True, capture_output=True)
        spent.append(time.monotonic() - began)
    print(f"first letter of a cold start: {min(spent) * 1000:.0f} ms")


with tempfile.TemporaryDirectory() as folder:
    cold(pathlib.Path(folder))
    one, two = (run(workers, pathlib.Path(folder)) for workers in (1, 2))
    print(f"two workers: {two / one:.2f} × one")
