"""Whether a query keeps rows apart by a column, so that what limits its input limits what it makes.

Each row that comes out of such a query comes from input rows with one value of the column, and says
which. A part of the query does so where it hands the column on as it is, groups by it where it puts
rows together, and counts no window over rows of several values. What cannot be told is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, build_scope

from ace_portal.lib.errors import Invalid
from ace_portal.lib.words import sentence as _
from kpis.sandbox.gate import folded, is_part, parsed


def require_kept(sql: str, table: str, column: str) -> None:
    """Raise ``Invalid`` where rows of ``table`` with several values of a column end up together.

    ``sql`` has passed the gate.
    """
    tree = _folded(parsed(sql))
    look = _Look(folded(table), folded(column), table, column)
    try:
        kept = not _renames(tree) and look.keeps(tree)
    except (SqlglotError, RecursionError):  # two parts of one name, for example
        kept = False
    if not kept:
        raise look.lost()


def _folded(tree: exp.Query) -> exp.Query:
    """All names in small letters, as DuckDB compares them: what is read from where goes by name."""
    for name in tree.find_all(exp.Identifier):
        name.set("this", folded(name.name))
    return tree


def _renames(tree: exp.Expr) -> bool:
    """Whether names say nothing of columns: lists of aliases, unions by name, recursion, joins in
    brackets."""
    return (
        any(alias.args.get("columns") for alias in tree.find_all(exp.TableAlias))
        or any(union.args.get("by_name") for union in tree.find_all(exp.SetOperation))
        or any(part.args.get("recursive") for part in tree.find_all(exp.With))
        or any(
            isinstance(part.this, exp.Table) or part.this.args.get("joins")
            for part in tree.find_all(exp.Subquery)
        )
    )


@dataclass
class _Look:
    """Names are compared as DuckDB does; ``shown_…`` are as people write them."""

    table: str
    column: str
    shown_table: str
    shown_column: str
    #: part of the query → under which name it hands the column on; None: it reads no such row
    known: dict[int, str | None] = field(default_factory=dict)
    #: the places of tables, and of parts of the query, that were read with a look at what they are
    met: set[int] = field(default_factory=set)

    def keeps(self, tree: exp.Query) -> bool:
        """Whether the query hands the column on, or reads no such row."""
        root = build_scope(tree)
        if root is None:
            return False
        scopes = list(root.traverse())
        for scope in scopes:
            self.known[id(scope)] = self.through(scope)
        reads = [table for table in tree.find_all(exp.Table) if self.may_limit(table)]
        if any(id(table) not in self.met for table in reads):
            return False
        return self.known[id(root)] in (None, self.column)

    def through(self, scope: Scope) -> str | None:
        if scope.set_operation_scopes:
            return self.union(scope)
        if isinstance(scope.expression, exp.Subquery):
            return self.bracketed(scope)
        if any(self.of(inner) is not None for inner in scope.subquery_scopes):
            raise self.lost()  # it would put rows of other values beside a row
        for name, node in scope.references:
            half = name in scope.semi_or_anti_join_tables and name in scope.sources
            if half and self.source(node, scope.sources[name]) is not None:
                raise self.lost()  # whether it is there would tell of rows of other values
        limited = {
            alias: own
            for alias, (node, source) in scope.selected_sources.items()
            if (own := self.source(node, source)) is not None
        }
        if not limited:
            return None
        if len(limited) > 1:
            raise self.twice()
        [(alias, own)] = limited.items()
        here = _Here(scope, alias, own, len(scope.selected_sources) == 1)
        if not here.windows_apart():
            raise self.window()
        found = here.handed_on()
        if found is None:
            raise self.lost()
        return found

    def of(self, scope: Scope) -> str | None:
        """What is known of a part that is read here."""
        if id(scope) not in self.known:
            raise self.lost()
        return self.known[id(scope)]

    def source(self, node: exp.Expr, source: exp.Table | Scope) -> str | None:
        if isinstance(source, Scope):
            if isinstance(node, exp.Table) and is_part(node):
                self.met.add(id(node))
            return self.of(source)
        if folded(source.name) != self.table or is_part(source):
            return None  # a part that nobody has found stays unmet
        self.met |= {id(node), id(source)}
        return self.column

    def may_limit(self, node: exp.Table) -> bool:
        """Whether such rows may come from a table: it is the one, or a part of the query."""
        return folded(node.name) == self.table or is_part(node)

    def bracketed(self, scope: Scope) -> str | None:
        """A query in brackets hands on what is in them."""
        if len(scope.table_scopes) != 1 or scope.subquery_scopes:
            raise self.lost()
        return self.of(scope.table_scopes[0])

    def union(self, scope: Scope) -> str | None:
        """Every branch that reads such rows hands the column on in the same place."""
        places = set()
        for branch in scope.set_operation_scopes:
            found = self.of(branch)
            if found is None:
                continue
            names = _names(branch.expression)
            if found not in names:
                raise self.lost()
            places.add(names.index(found))
        if not places:
            return None
        first, place = _names(scope.set_operation_scopes[0].expression), places.pop()
        if places or place >= len(first):
            raise self.lost()
        return first[place]

    def lost(self) -> Invalid:
        return self._refusal(
            _(
                "“%(table)s” shows each reader their own rows, by “%(column)s”. Keep that column: "
                "select it as it is, with the table's name where several are joined, and group by "
                "it where rows are put together.",
                table=self.shown_table,
                column=self.shown_column,
            )
        )

    def twice(self) -> Invalid:
        return self._refusal(
            _(
                "“%(table)s” shows each reader their own rows, by “%(column)s”. A query may not "
                "join such rows with each other.",
                table=self.shown_table,
                column=self.shown_column,
            )
        )

    def window(self) -> Invalid:
        return self._refusal(
            _(
                "“%(table)s” shows each reader their own rows, by “%(column)s”. Put it into "
                "PARTITION BY of every window.",
                table=self.shown_table,
                column=self.shown_column,
            )
        )

    def _refusal(self, why: str) -> Invalid:
        return Invalid(why, field="sql", column=self.shown_column)


@dataclass(frozen=True)
class _Here:
    """One SELECT and its source of limited rows."""

    scope: Scope
    alias: str
    own: str
    alone: bool

    def windows_apart(self) -> bool:
        return all(
            any(self.is_column(part) for part in window.args.get("partition_by") or [])
            for window in self.scope.find_all(exp.Window)
        )

    def handed_on(self) -> str | None:
        """The name under which the column comes out; None where it is not the only one of it."""
        found: list[str] = []
        names: list[str] = []
        query = self.scope.expression
        selects = query.selects if isinstance(query, exp.Query) else []
        for select in selects:
            inner = select.this if isinstance(select, exp.Alias) else select
            if _is_star(inner):
                if not self.stands_for_own(inner):
                    return None  # it may stand for a column of the same name
                stands = [] if self.own in _named(inner, *_LEFT_OUT) else [self.own]
                found, names = found + stands, names + stands
                continue
            name = str(select.alias_or_name)
            names.append(name)
            if self.is_column(inner):
                found.append(name)
        if any(_is_star(select) for select in selects):
            found = [name for name in found if name == self.own]
        return next((name for name in found if names.count(name) == 1), None)

    def stands_for_own(self, star: exp.Expr) -> bool:
        """Whether a star stands for columns of this source alone, and leaves this one as it is."""
        mine = self.alone or _table(star) == self.alias
        return mine and self.own not in _named(star, "replace", "rename")

    def is_column(self, node: exp.Expr) -> bool:
        if not isinstance(node, exp.Column) or isinstance(node.this, exp.Star):
            return False
        if node.args.get("db") or node.args.get("catalog"):
            return False  # it may be a value within a value
        mine = node.table == self.alias if node.table else self.alone
        return bool(mine and node.name == self.own)


_LEFT_OUT = ("except_", "except")


def _named(star: exp.Expr, *keys: str) -> set[str]:
    """What a star says of columns, by name."""
    inner = star.this if isinstance(star, exp.Column) else star
    pieces = [piece for key in keys for piece in inner.args.get(key) or []]
    return {name.name for piece in pieces for name in piece.find_all(exp.Identifier)}


def _is_star(node: exp.Expr) -> bool:
    return isinstance(node, exp.Star) or (
        isinstance(node, exp.Column) and isinstance(node.this, exp.Star)
    )


def _table(node: exp.Expr) -> str:
    return node.table if isinstance(node, exp.Column) else ""


def _names(query: exp.Expr) -> list[str]:
    """The names of what comes out; none where a star stands for some of them."""
    if not isinstance(query, exp.Query) or any(_is_star(select) for select in query.selects):
        return []
    return [str(select.alias_or_name) for select in query.selects]
