from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "ace_portal.jobs"
    label = "jobs"

    def ready(self) -> None:
        """Every process that enqueues talks to our broker, not to Celery's default one."""
        from ace_portal.celery import app

        app.set_default()
