from django.apps import AppConfig


class GridsConfig(AppConfig):
    name = "grids"
    verbose_name = "网格"

    def ready(self) -> None:
        from grids import follow
        from grids.models import Grid
        from registry import waiver_subjects

        follow.declare()
        waiver_subjects.declare(waiver_subjects.LiftableKind("grid", Grid, lambda day: Grid.objects.on(day)))
