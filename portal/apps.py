from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal import checks, receivers, sign_in, vault  # noqa: F401  (connects them)

        vault.masters()  # a process that could read no file must not start
