"""Roles (角色): their names, wherever one is shown or chosen."""

from flask import Blueprint, g

from models import Role
from views.formats import in_language

bp = Blueprint("roles", __name__, url_prefix="/settings/roles")


def roles(which_may=None):
    """[(key, name)] of all roles, or of those that have a function; read once per request."""
    if "roles" not in g:
        g.roles = list(Role.in_order())
    return [(role.key, in_language(role)) for role in g.roles if which_may is None or which_may in role.functions]


@bp.app_template_global()
def role_name(key):
    return dict(roles()).get(key, key)
