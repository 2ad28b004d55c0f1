import tracemalloc
from pathlib import Path

from anonymizer import Source
from app.workflows import source_list
from app.workflows.source_list import SourceList


def _source(number: int) -> Source:
    path = f"/incoming/series {number // 60}/{number:06d}.dcm"
    return Source(path, Path(path), None, 530_000 + number % 7, 1_700_000_000_000_000_000 + number)


def test_inputs_come_back_in_their_order_as_often_as_wanted():
    sources = SourceList()
    for number in range(1234):
        sources.add(_source(number))
    assert len(sources) == 1234
    assert list(sources) == list(sources) == [_source(number) for number in range(1234)]
    assert _source(7) in sources
    assert _source(1234) not in sources


def test_many_inputs_take_little_memory():
    sources = SourceList()
    tracemalloc.start()
    try:
        for number in range(20_000):
            sources.add(_source(number))
        taken = tracemalloc.take_snapshot().filter_traces([tracemalloc.Filter(True, source_list.__file__)])
    finally:
        tracemalloc.stop()
    assert sum(trace.size for trace in taken.traces) < 100 * 20_000
