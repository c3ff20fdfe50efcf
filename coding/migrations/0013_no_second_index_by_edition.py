"""The key of each list begins with its edition: an index of the edition alone costs a load and misleads the planner."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('coding', '0012_looked_up_by_edits'),
    ]

    operations = [
        migrations.AlterField(
            model_name='addonpair',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='anaesthesiafactor',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='bundledpair',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='claimcode',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='code',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='codegroup',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='codenote',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='conversionfactor',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='countylocality',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='coveragedocument',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='coveragegroup',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='crosswalk',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='indexentry',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='locality',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='modifier',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='placeofservice',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='relativevalue',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='taxonomy',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='unitlimit',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='utilisation',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
        migrations.AlterField(
            model_name='ziplocality',
            name='edition',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='coding.edition'),
        ),
    ]
