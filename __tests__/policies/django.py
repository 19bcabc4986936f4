"""As much of Django as expressions use: models with their rows in memory, queries, slugify."""

import re
import unicodedata
from copy import deepcopy
from dataclasses import fields
from uuid import UUID


class FieldError(Exception): ...


def slugify(value, allow_unicode=False):
    text = unicodedata.normalize("NFKC" if allow_unicode else "NFKD", str(value))
    text = text if allow_unicode else text.encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text.lower())).strip("-_")


LOOKUPS = {
    "exact": lambda value, wanted: value == wanted,
    "iexact": lambda value, wanted: str(value).lower() == str(wanted).lower(),
    "in": lambda value, wanted: value in [plain(one) for one in wanted],
    "contains": lambda value, wanted: wanted in value,
    "icontains": lambda value, wanted: wanted.lower() in value.lower(),
    "startswith": lambda value, wanted: value.startswith(wanted),
    "endswith": lambda value, wanted: value.endswith(wanted),
    "isnull": lambda value, wanted: (value is None) == wanted,
}


def plain(value):
    value = value.pk if isinstance(value, Model) else value
    return str(value) if isinstance(value, UUID) else value


def values_at(row, path):
    """The values of a Django path such as `groups__name` or `attributes__library`."""
    values = [row]
    for part in path:
        found = []
        for value in values:
            if isinstance(value, dict):
                found += [value[part]] if part in value else []
            elif part in type(value).related:
                found += getattr(value, part).all()
            elif part in type(value).columns():
                found.append(getattr(value, part))
            else:
                raise FieldError(f"Cannot resolve keyword '{part}' into field.")
        values = found
    return values


def matches(row, **lookups):
    for name, wanted in lookups.items():
        *path, last = name.split("__")
        test = LOOKUPS.get(last) or LOOKUPS["exact"]
        path += [] if last in LOOKUPS else [last]
        if not any(test(plain(value), plain(wanted)) for value in values_at(row, path)):
            return False
    return True


class QuerySet:
    def __init__(self, model, rows):
        self.model, self._rows = model, list(rows)

    def __iter__(self):
        return iter(self._rows)

    def __len__(self):
        return len(self._rows)

    def __getitem__(self, index):
        return self._rows[index]

    def all(self):
        return QuerySet(self.model, self)

    distinct = all

    def filter(self, **lookups):
        return QuerySet(self.model, (row for row in self if matches(row, **lookups)))

    def exclude(self, **lookups):
        return QuerySet(self.model, (row for row in self if not matches(row, **lookups)))

    def order_by(self, column):
        key = column.removeprefix("-")
        return QuerySet(self.model, sorted(self, key=lambda row: getattr(row, key), reverse=key != column))

    def values_list(self, *columns, flat=False):
        rows = [tuple(getattr(row, column) for column in columns) for row in self]
        return [row[0] for row in rows] if flat else rows

    def first(self):
        return next(iter(self), None)

    def count(self):
        return len(self)

    def exists(self):
        return len(self) > 0

    def get(self, **lookups):
        found, name = self.filter(**lookups), self.model.__name__
        if not found:
            raise self.model.DoesNotExist(f"{name} matching query does not exist.")
        if len(found) > 1:
            message = f"get() returned more than one {name} -- it returned {len(found)}!"
            raise self.model.MultipleObjectsReturned(message)
        return found[0]

    def with_ancestors(self):
        found, todo = {}, list(self)
        while todo:
            row = todo.pop()
            if row.pk not in found:
                found[row.pk] = row
                todo += row.parents.all()
        return QuerySet(self.model, found.values())


class Manager:
    """Leads to rows; as in Django it can itself be neither iterated nor counted, and every use reads again."""

    def __get__(self, _row, model):
        return Objects(model)


class Objects:
    def __init__(self, model):
        self.model = model

    def all(self):
        return QuerySet(self.model, (self.model.load(pk) for pk in self.model.table))

    def __getattr__(self, name):
        return getattr(self.all(), name)


class Related(Objects):
    """One side of a many-to-many table of (left pk, right pk); writes at once, without save()."""

    def __init__(self, model, pairs, pk, side=0):
        super().__init__(model)
        self._pairs, self._pk, self._side = pairs, pk, side

    def _pair(self, row):
        pair = (self._pk, row.pk if isinstance(row, Model) else self.model.objects.get(pk=row).pk)
        return pair if self._side == 0 else pair[::-1]

    def all(self):
        mine = [pair for pair in self._pairs if pair[self._side] == self._pk]
        return QuerySet(self.model, (self.model.load(pair[1 - self._side]) for pair in mine))

    def add(self, *rows):
        self._pairs.update({self._pair(row): None for row in rows})

    def remove(self, *rows):
        for row in rows:
            self._pairs.pop(self._pair(row), None)

    def set(self, rows):
        self.clear()
        self.add(*rows)

    def clear(self):
        self.remove(*self.all())


class Model:
    """A row: `table` holds what is stored, an instance what was read or is about to be saved."""

    related = ()
    objects = Manager()

    def __init_subclass__(cls):
        cls.table = {}
        cls.DoesNotExist = type("DoesNotExist", (Exception,), {})
        cls.MultipleObjectsReturned = type("MultipleObjectsReturned", (Exception,), {})

    @classmethod
    def columns(cls):
        return [column.name for column in fields(cls)]

    @classmethod
    def load(cls, pk):
        return cls(**deepcopy(cls.table[pk]))

    def save(self, update_fields=None):
        self.pk = self.pk if self.pk is not None else len(self.table) + 1
        stored = self.table.setdefault(self.pk, {})
        stored.update({name: deepcopy(getattr(self, name)) for name in update_fields or self.columns()})

    def refresh_from_db(self):
        self.__dict__.update(self.load(self.pk).__dict__)

    def __eq__(self, other):
        return type(self) is type(other) and self.pk is not None and self.pk == other.pk

    def __hash__(self):
        return hash(self.pk)

    def __repr__(self):
        return f"<{type(self).__name__}: {self}>"
