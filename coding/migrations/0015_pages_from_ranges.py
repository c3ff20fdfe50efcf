"""Every visit gets the pages of its range."""

from django.db import migrations

FILL = """
    SELECT set_config('chartline.staff', 'on', true);
    INSERT INTO coding_encounterpage (practice_id, encounter_id, page_id, chart_id, position, turn)
    SELECT e.practice_id, e.id, p.id, e.chart_id, row_number() OVER (PARTITION BY e.id ORDER BY p.number), 0
    FROM coding_encounter e
    JOIN portal_page p ON p.chart_id = e.chart_id AND p.number BETWEEN e.first_page AND e.last_page;
"""
EMPTY = """
    SELECT set_config('chartline.staff', 'on', true);
    UPDATE coding_encounter e SET first_page = r.first, last_page = r.last
    FROM (SELECT c.encounter_id, min(p.number) AS first, max(p.number) AS last
          FROM coding_encounterpage c JOIN portal_page p ON p.id = c.page_id
          WHERE c.addendum_id IS NULL GROUP BY c.encounter_id) r
    WHERE r.encounter_id = e.id;
    DELETE FROM coding_encounterpage;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0014_encounter_pages'),
    ]

    operations = [
        migrations.RunSQL(sql=FILL, reverse_sql=EMPTY),
    ]
