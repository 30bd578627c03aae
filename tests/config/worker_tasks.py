"""Jobs that a worker of the tests knows besides its own."""

import time

from registry import jobs


@jobs.job_task("tests.count")
def count(job, rows):
    for row in range(1, rows + 1):
        jobs.advance(job, row, rows)
    return {"counted": rows}


@jobs.job_task("tests.wait")
def wait(job, seconds):
    """Long on its first attempt, at once on the next: as a job whose worker was killed."""
    if job.attempts == 1:
        time.sleep(seconds)
    return {"attempt": job.attempts}
