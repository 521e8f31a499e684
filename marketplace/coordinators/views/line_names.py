"""The names of the service lines in the reader's language."""

from marketplace.accounts.models import Person
from marketplace.catalogue.queries import service_lines


def service_line_names(person: Person) -> dict[str, str]:
    spanish = person.locale == "es"
    return {line.code: line.name_es if spanish else line.name for line in service_lines()}
