"""The roles that procedures know, as rows that posts refer to."""

from django.db import migrations

ROLES = {
    "call_taker": "话务员", "dispatcher": "派单员", "clerk": "收发员", "officer": "经办人", "unit_head": "单位负责人",
    "follow_up": "回访员", "ruler": "裁定员", "supervisor": "督办员", "leader": "领导", "custodian": "身份保管员",
    "secrecy_officer": "保密员", "auditor": "审计员", "grid_worker": "网格员", "editor": "公示编辑",
    "administrator": "管理员",
}  # fmt: skip


def create(apps, schema_editor):  # type: ignore[no-untyped-def]  # Django's signature
    """Write the roles."""
    role = apps.get_model("directory", "Role")
    role.objects.bulk_create(role(code=code, name=name) for code, name in ROLES.items())


class Migration(migrations.Migration):
    """Data: a role that nobody can be given is no role."""

    dependencies = [("directory", "0001_city")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
