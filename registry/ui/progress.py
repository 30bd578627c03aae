"""Progress of work that can be counted."""

from .library import register


@register.inclusion_tag("components/progress_bar.html")
def progress_bar(done, total, label, note="", id="progress"):
    """`{% progress_bar 31200 90114 "已写入" %}`: rows done of rows in all, as text and as a bar."""
    return {"done": done, "total": total, "label": label, "note": note, "id": id}


@register.inclusion_tag("components/progress.html")
def progress(job):
    """`{% progress job %}`: a background job's state; polls itself every second until the job has ended."""
    return {"job": job}


@register.inclusion_tag("components/steps.html")
def steps(names, current):
    """`{% steps "上传,识别列,校验,预览" 3 %}`: names in order and the number of the step one is at."""
    return {
        "items": [
            {"number": number, "name": name.strip(), "done": number < current, "current": number == current}
            for number, name in enumerate(names.split(","), start=1)
        ]
    }
