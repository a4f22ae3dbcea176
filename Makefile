.PHONY: run demo test check bench shots
.SILENT:

run:      ## install what is missing and start Haitu; the address is printed
	sh tools/setup.sh run && .venv/bin/python app.py

demo:     ## the same with a demo company in its own folder
	sh tools/setup.sh run && HAITU_DEMO=1 HAITU_DATA=$${HAITU_DATA:-data-demo} .venv/bin/python app.py

test:     ## everything: lint, translations, architecture, and the whole suite on SQLite and PostgreSQL
	sh tools/test.sh

check:    ## the part of it that takes seconds
	sh tools/check.sh

bench:    ## the speed claims, each with its floor
	sh tools/setup.sh test && .venv/bin/python -m benchmarks

shots:    ## a picture of every page into shots/
	sh tools/setup.sh test && .venv/bin/python tools/shots.py
