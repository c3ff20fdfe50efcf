from django.apps import AppConfig


class CodingConfig(AppConfig):
    name = "coding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from coding import receivers  # noqa: F401  (connects them)
