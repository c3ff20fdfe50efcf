"""Migration operations: row-level security and composite foreign keys under a client table, and many as one.

The policy reads two settings that `portal.scope` makes for one transaction: `chartline.staff` and
`chartline.practices`. Without them a client table has no rows. FORCE makes it hold for the owner too.
"""

from collections.abc import Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import CreateModel, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

FUNCTIONS = RunSQL(
    sql="""
    CREATE FUNCTION chartline_staff() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT coalesce(current_setting('chartline.staff', true), '') = 'on' $$;
    CREATE FUNCTION chartline_practices() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT coalesce(string_to_array(nullif(current_setting('chartline.practices', true), ''), ','),
                         '{}')::bigint[] $$;
    CREATE FUNCTION chartline_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
      $$ SELECT nullif(current_setting('chartline.user', true), '')::bigint $$;
    """,
    reverse_sql="""
    DROP FUNCTION chartline_staff(); DROP FUNCTION chartline_practices(); DROP FUNCTION chartline_user();
    """,
)


def in_scope(column: str) -> str:
    """The condition under which a row of the practice in `column` is visible; the sub-selects run once a query."""
    return f"((SELECT chartline_staff()) OR {column} = ANY ((SELECT chartline_practices())::bigint[]))"


def row_security(table: str, *, column: str = "practice_id", also: str = "false") -> RunSQL:
    """Row-level security on a table; `also` is a further condition that shows a row."""
    condition = f"{in_scope(column)} OR {also}" if also != "false" else in_scope(column)
    return RunSQL(
        sql=f"""
        ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY {table}_scope ON {table} USING ({condition}) WITH CHECK ({condition});
        """,
        reverse_sql=f"""
        DROP POLICY {table}_scope ON {table};
        ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
        ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
        """,
    )


def same_practice(table: str, column: str, parent: str) -> RunSQL:
    """A second foreign key over (column, practice_id): a row and what it points to have one practice."""
    name = f"{table}_{column}_same_practice"
    return RunSQL(
        sql=f"""
        ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}, practice_id)
          REFERENCES {parent} (id, practice_id) DEFERRABLE INITIALLY DEFERRED;
        """,
        reverse_sql=f"ALTER TABLE {table} DROP CONSTRAINT {name};",
    )


def frozen(table: str) -> list[RunSQL]:
    """A trigger that refuses to change or remove rows, even for the owner of the table."""
    return [
        RunSQL(
            sql=f"""
            CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN RAISE EXCEPTION 'rows of {table} are only added' USING ERRCODE = 'restrict_violation'; END $$;
            CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}
              FOR EACH ROW EXECUTE FUNCTION {table}_refuse();
            """,
            reverse_sql=f"DROP TRIGGER {table}_frozen ON {table}; DROP FUNCTION {table}_refuse();",
        )
    ]


# Whether the transaction is a destruction of this practice's rows: it has written its row, and names it.
DESTROYING = RunSQL(
    sql="""
    CREATE FUNCTION chartline_destroying(practice bigint) RETURNS boolean LANGUAGE sql STABLE AS
      $$ SELECT EXISTS (SELECT FROM portal_destruction d WHERE d.practice_id = practice
           AND d.id = nullif(current_setting('chartline.destruction', true), '')::bigint) $$;
    """,
    reverse_sql="DROP FUNCTION chartline_destroying(bigint);",
)


def removable_by_destruction(table: str) -> RunSQL:
    """A frozen table of a practice's rows gives them up to a destruction of that practice, and to nothing else."""
    refusal = f"RAISE EXCEPTION 'rows of {table} are only added' USING ERRCODE = 'restrict_violation';"
    return RunSQL(
        sql=f"""
        CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF TG_OP = 'DELETE' AND chartline_destroying(OLD.practice_id) THEN RETURN OLD; END IF;
          {refusal}
        END $$;
        """,
        reverse_sql=f"""
        CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN {refusal} END $$;
        """,
    )


def in_one(*operations: RunSQL) -> RunSQL:
    """The operations as one: a migration copies its whole state for each operation, which adds up."""
    return RunSQL(
        sql="\n".join(str(operation.sql) for operation in operations),
        reverse_sql="\n".join(str(operation.reverse_sql) for operation in reversed(operations)),
    )


class CreateModels(Operation):
    """New tables as one operation: for each on its own Django builds all models again, which adds up."""

    serialization_expand_args = ["operations"]

    def __init__(self, operations: Sequence[CreateModel]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Without built models the state takes new ones as they are; it builds all of them when next asked for one."""
        vars(state).pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Each table in turn, so that one that points to another comes after it."""
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """The last made goes first."""
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        """What `migrate --plan` says."""
        return f"Create models {', '.join(operation.name for operation in self.operations)}"
