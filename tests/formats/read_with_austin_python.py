"""read_with_austin_python.py FILE: what austin-python finds in a profile, as a JSON object of metadata and samples."""

import json
import sys

from austin.events import AustinMetadata
from austin.format.collapsed_stack import AustinFileReader
from austin.format.mojo import MojoStreamReader


def events(path):
    with open(path, "rb") as file:
        is_mojo = file.read(3) == b"MOJ"
    if is_mojo:
        with open(path, "rb") as file:
            yield from MojoStreamReader(file)
    else:
        with open(path, encoding="utf-8", newline="\n") as file:
            yield from AustinFileReader(file)


def plain_sample(sample):
    return {
        "pid": sample.pid,
        "iid": sample.iid,
        "thread": sample.thread,
        "frames": [
            [frame.filename, frame.function, frame.line, frame.line_end or 0, frame.column or 0, frame.column_end or 0]
            for frame in sample.frames or ()
        ],
        "time": sample.metrics.time,
        "memory": sample.metrics.memory,
        "gc": bool(sample.gc),
        "idle": bool(sample.idle),
    }


metadata, samples = [], []
for event in events(sys.argv[1]):
    if isinstance(event, AustinMetadata):
        metadata.append([event.name, event.value])
    else:
        samples.append(plain_sample(event))
json.dump({"metadata": metadata, "samples": samples}, sys.stdout)
