"""The rows of a file, judged one by one: the values we keep, and what is wrong or worth a remark."""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice

from domain import duplicates, import_fields, import_files
from domain.company_names import parse
from domain.import_values import Bad, day_reader, proven_order
from models import Choice, name_key

LONGEST_CELL = 5_000
NOTHING_THERE = {"", "-", "--", "—", "——", "/", "null", "n/a", "#n/a"}
DATES = ("registered_on",)
DICTIONARIES = ("source", "industry")


@dataclass
class Problem:
    """A rule that a cell breaks (refused: the row is not taken), or a remark about how it was read."""

    refused: bool
    column: str
    value: str
    rule: str


@dataclass
class Row:
    """One row of the file: its number there, its cells, the values of our columns, and its problems."""

    number: int
    cells: list
    values: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)
    key: str = ""  # the name in the form in which two spellings are equal
    double: int = 0  # the number of an earlier row with the same name

    @property
    def refused(self):
        return any(problem.refused for problem in self.problems)

    def complain(self, rule, column="", value="", refused=True):
        problem = Problem(refused, column, value[:200], rule)
        if problem not in self.problems:  # one column may feed two fields
            self.problems.append(problem)

    def remark(self, rule, column="", value=""):
        self.complain(rule, column, value, refused=False)


class Judge:
    """Reads the rows of one import in their order, remembering names and codes seen so far."""

    def __init__(self, job, path):
        self.job, self.path = job, path
        self.headers = job.layout["headers"]
        self.fields = [one for one in import_fields.fields_of(job.what) if one.name in job.mapping]
        self.readers = {one.name: one.read for one in self.fields} | self.date_readers()
        self.words = dictionary_words() if job.what == import_fields.LEAD else {}
        self.seen, self.names = defaultdict(dict), duplicates.Named()

    def records(self):
        return import_files.records(self.path, self.job.encoding, self.job.layout)

    def date_readers(self):
        """A column of dates proves its order as a whole, so it is read once beforehand."""
        columns = {name: self.job.mapping[name] for name in DATES if name in self.job.mapping}
        return {
            name: day_reader(proven_order(cells[column] for number, cells in self.records() if column < len(cells)))
            for name, column in columns.items()
        }

    def batches(self, size):
        """Lists of at most `size` rows, from the first one that has not been written yet."""
        rows = (self.judged(number, cells) for number, cells in self.records())
        for _written in islice(rows, self.job.read):
            pass  # judged again after a restart, so that doubles are known
        while batch := list(islice(rows, size)):
            yield batch

    def judged(self, number, cells):
        row = Row(number, cells)
        if any(cells[len(self.headers):]):
            row.complain(f"too_many_cells:{len(cells)}")
            return row
        for one in self.fields:
            self.read_into(row, one)
        if not row.refused:
            self.compare_with_earlier_rows(row)
        return row

    def read_into(self, row, one):
        column = self.job.mapping[one.name]
        text = row.cells[column] if column < len(row.cells) else ""
        header = self.headers[column] or letter_of(column)
        if text.lower() in NOTHING_THERE:
            if one.required:
                row.complain("required", header, text)
            return
        try:
            if len(text) > LONGEST_CELL:
                raise Bad("too_long", LONGEST_CELL)
            value = self.readers[one.name](text, lambda rule, fact="": row.remark(spelled(rule, fact), header, text))
        except Bad as bad:
            row.complain(bad.rule, header, text, refused=one.required or not self.job.drops_bad_cells)
            return
        row.values[one.name] = self.words.get((one.name, value), value) if one.name in DICTIONARIES else value

    def compare_with_earlier_rows(self, row):
        """A second row of the same name or code in one file: a product's is refused, a lead's is up to the job."""
        row.key = name_key(row.values["name"])
        if self.job.what != import_fields.PRODUCT:
            name = parse(row.values["name"])
            row.double, _likeness = self.names.surely(name) or (0, None)
            self.names.add(name, row.number)
            return
        first = self.seen["name"].setdefault(row.key, row.number)
        first_code = self.seen["sku"].setdefault(row.values["sku"], row.number)
        if first_code != row.number:
            row.complain(f"double_code:{first_code}", self.header_of("sku"), row.values["sku"])
        elif first != row.number:
            row.remark(f"double_name:{first}", self.header_of("name"), row.values["name"])

    def header_of(self, name):
        column = self.job.mapping[name]
        return self.headers[column] or letter_of(column)


def spelled(rule, fact):
    return f"{rule}:{fact}" if fact else rule


def dictionary_words():
    """{(field, label in either language): value}, so that 展会 becomes the word it is the label of."""
    words = Choice.select().where(Choice.field.in_(DICTIONARIES))
    return {(word.field, label): word.value for word in words for label in (word.label, word.label_en) if label}


def letter_of(column):
    """A, B … Z, AA: what a spreadsheet calls a column that has no header."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
