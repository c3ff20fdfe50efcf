"""Second codings had a table and a page of their own; they are repeats now. None was released, so none is kept."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("coding", "0035_repeat_security")]

    operations = [migrations.DeleteModel(name="SecondCoding")]
