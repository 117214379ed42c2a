"""count_tachyon.py FILE…: counts the stacks in profiling.sampling's binary files, as JSON: stacks and times of the samples in µs."""

import json
import sys

from profiling.sampling.binary_reader import BinaryReader
from profiling.sampling.collector import Collector


class Counter(Collector):
    def __init__(self):
        self.stacks = 0
        self.times = []

    def collect(self, stack_frames, timestamps_us=None):
        threads = sum(1 for interpreter in stack_frames for thread in interpreter.threads if thread.frame_info)
        times = timestamps_us or [0]
        self.stacks += threads * len(times)
        self.times += times

    def collect_failed_sample(self):
        pass

    def export(self, filename):
        pass


counter = Counter()
for file in sys.argv[1:]:
    with BinaryReader(file) as reader:
        reader.replay_samples(counter)
json.dump({"stacks": counter.stacks, "timesUs": sorted(counter.times)}, sys.stdout)
