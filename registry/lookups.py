"""`among`: equal to any of a list, told as one array (列中之一).

    Membership.objects.filter(consortium__among=ids)

`in` writes a placeholder for each value. For the hundreds of ids of a batch, preparing these costs more than the query,
and no two statements are alike; with one array the text of a statement does not depend on how many there are.
"""

from typing import Any

from django.db.models import CharField, ForeignKey, IntegerField, Lookup


@CharField.register_lookup
@IntegerField.register_lookup
@ForeignKey.register_lookup
class Among(Lookup):
    """The column equals one of the values, all of them of its own type. No values: no rows."""

    lookup_name = "among"

    def get_prep_lookup(self) -> Any:
        return self.rhs if hasattr(self.rhs, "resolve_expression") else list(self.rhs)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        field = self.lhs.output_field
        kind = "text" if isinstance(getattr(field, "target_field", field), CharField) else "bigint"
        values, given = "%s", [self.rhs]
        if hasattr(self.rhs, "resolve_expression"):
            values, given = compiler.compile(self.rhs)
        return f"{column} = ANY({values}::{kind}[])", (*params, *given)
