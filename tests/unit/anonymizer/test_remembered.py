"""What is remembered between files takes a bounded amount of memory, however short the elements are."""

import tracemalloc

from anonymizer.headers.remembered import Answer, Memory
from anonymizer.report import Change


def test_short_elements_that_differ_from_file_to_file_do_not_fill_the_memory() -> None:
    memory: Memory[bytes, Answer] = Memory()
    tracemalloc.start()
    try:
        for number in range(20_000):
            memory.put(f"{number:08}".encode(), _answer(number))
        _taken, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 6 * 2**20
    assert memory.get(b"00019999") is not None


def _answer(number: int) -> Answer:
    change = Change("(0020,0013)" + str(number), "Instance Number", "U", "table", f"Replaced {number}.")
    return Answer(bytes(number % 64), (change,), uids=(f"2.25.{number}",))
