"""A small bakery: a baker who works, an oven that mostly waits, and customers who wait for both.

Run it as it is and threads that sleep weigh as much as those that work; with -s only the work is left.

    austin -s -o bakery.austin python3 examples/threads.py
"""

import hashlib
import queue
import threading
import time

LOAVES = 40


def knead(dough, turns=200_000):
    for _ in range(turns):
        dough = dough * 31 % 1_000_003
    return dough


def decorate(dough):
    return hashlib.pbkdf2_hmac("sha256", str(dough).encode(), b"icing", 40_000).hex()[:8]


def baker(oven):
    for number in range(1, LOAVES + 1):
        oven.put((number, knead(number)))
    oven.put(None)


def bake(oven, counter):
    for number, dough in iter(oven.get, None):
        time.sleep(0.02)
        counter.put((number, decorate(dough)))
    counter.put(None)


def customers(counter):
    for number, loaf in iter(counter.get, None):
        print(f"loaf {number:2}: {loaf}")


def main():
    oven, counter = queue.Queue(), queue.Queue()
    threads = [
        threading.Thread(name="baker", target=baker, args=(oven,)),
        threading.Thread(name="oven", target=bake, args=(oven, counter)),
        threading.Thread(name="customers", target=customers, args=(counter,)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
