from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "考核"

    def ready(self) -> None:
        from evaluation.schemes import load_shipped
        from registry.reference.load import Part, register

        register(Part("schemes", "考核方案", load_shipped, ("fixtures/schemes", "evaluation/schemes.py")))
