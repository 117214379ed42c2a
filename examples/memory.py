"""Keeps a diary that only grows: what -m is for.

    austin -m -o diary.austin python3 examples/memory.py
"""

import time

PAGES = 300


def write_page(number):
    return [f"page {number}, line {line}" for line in range(4000)]


def remember(diary, number):
    diary.append(write_page(number))


def daydream(number):
    return sum(len(line) for line in write_page(number))


def main():
    diary = []
    for number in range(PAGES):
        remember(diary, number)
        daydream(number)
        time.sleep(0.005)
    print(f"{len(diary)} pages")


if __name__ == "__main__":
    main()
