"""Two drafts of one quote side by side: what is stored, and what somebody else typed meanwhile."""


def differences(theirs, mine):
    """[(what, as it is stored, as it was typed)] of the lines and head fields in which two drafts of a quote differ."""
    stored_lines, typed_lines = by_name(theirs), by_name(mine)
    rows = [(name, stored_lines.get(name, ""), typed_lines.get(name, "")) for name in {**stored_lines, **typed_lines}]
    heads = [
        (field.label.text, theirs.form[field.name]._value(), field._value())
        for field in mine.form if field.name in ("valid_until", "terms")
    ]
    heads += [(mine.form[name].label.text, said(theirs.form, name), said(mine.form, name)) for name in SPOKEN]
    return [difference for difference in rows + heads if difference[1] != difference[2]]


SPOKEN = {
    "contact": lambda form: form.person.name if form.person else "",
    "order_discount": lambda form: form.discount_text,
    "price_list": lambda form: label_of(form.price_list),
    "inclusive": lambda form: label_of(form.inclusive),
}


def label_of(select):
    """What a reader sees of its choice."""
    return next((str(choice.label) for choice in select.iter_choices() if choice.selected), "")


def said(form, name):
    return SPOKEN[name](form)


def by_name(draft):
    """{"LD-200 激光测距传感器": "24 · 95%"}; several lines of one product in one, headings and notes under their own words."""
    lines = {}
    for row in draft.rows:
        lines.setdefault(f"{row.line.name} {row.line.sku}".strip(), []).append(row.told)
    return {name: ", ".join(said) for name, said in lines.items()}
