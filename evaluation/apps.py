from django.apps import AppConfig


class EvaluationConfig(AppConfig):
    name = "evaluation"
    verbose_name = "考核"

    def ready(self) -> None:
        from evaluation import messages
        from evaluation.schemes import load_shipped
        from registry import inbox
        from registry.reference.load import Part, register

        inbox.declare(messages.KIND)
        register(Part("schemes", "考核方案", load_shipped, ("fixtures/schemes", "evaluation/schemes.py")))
