"""What a build tells while it embeds, by a clock that is set by hand."""

from rich.progress import Progress, TimeRemainingColumn

from index.told import Rate


def test_the_rate_is_that_of_the_last_batches() -> None:
    """The first batch, for which the model is loaded, counts neither for the rate nor for the time
    that is left."""
    clock = [0.0]
    bar = Progress(get_time=lambda: clock[0])
    bar.add_task("", total=None)
    task = bar.tasks[0]
    shown = []
    for second, done in ((1, 0), (9, 64), (10, 128), (12, 256)):
        clock[0] = second
        bar.update(task.id, completed=done, total=1280)
        shown.append((Rate().render(task).plain, TimeRemainingColumn().render(task).plain))
    assert shown == [
        ("", "-:--:--"),
        ("", "-:--:--"),
        ("64 passages/s", "0:00:18"),
        ("64 passages/s", "0:00:16"),
    ]
