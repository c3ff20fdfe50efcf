"""Migrate as the owner role, and let the site's role use what was made."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import connections
from psycopg import sql

# Tables on which the site's role may only add: the trail and what was submitted.
ADD_ONLY = ("portal_auditevent", "portal_auditseal")


class Command(migrate.Command):
    help = "Applies migrations as the owner role (DATABASE_OWNER_URL) and grants the site's role its rights."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if "owner" not in settings.DATABASES:
            raise CommandError("DATABASE_OWNER_URL is not set: migrations run as the role that owns the tables.")
        super().handle(*args, **options)
        grant_rights(str(settings.DATABASES["default"]["USER"]))


def grant_rights(role: str) -> None:
    """SELECT, INSERT, UPDATE, DELETE on all tables for the site's role, less where rows are only added."""
    name = sql.Identifier(role)
    with connections["owner"].cursor() as cursor:
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}",
            "REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}",
        ):
            cursor.execute(sql.SQL(statement).format(name))
        for table in ADD_ONLY:
            cursor.execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(sql.Identifier(table), name))
