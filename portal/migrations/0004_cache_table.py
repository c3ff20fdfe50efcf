"""The table of the site's cache, as django.core.cache.backends.db reads it."""

from django.db.migrations import Migration as BaseMigration
from django.db.migrations import RunSQL


class Migration(BaseMigration):
    dependencies = [("portal", "0003_frozen")]

    operations = [
        RunSQL(
            sql="""
            CREATE TABLE site_cache (
              cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
            );
            CREATE INDEX site_cache_expires ON site_cache (expires);
            """,
            reverse_sql="DROP TABLE site_cache;",
        )
    ]
