# JSON of list and show, read by another reader.
make small file.h5
make values values.h5
make hostile_names hostile.h5
make skipping skipping.h5
run cute-shm list --json
cute-shm load -q file.h5
run cute-shm list --json
run cute-shm show --json file
run cute-shm show --json file group/inner
for name in values hostile skipping; do cute-shm load -q $name.h5; done
run cute-shm show values
cat >check.py <<'PYTHON'
import json
import subprocess


def refuse(word):
    raise ValueError(word)


def ask(*words):
    text = subprocess.run(["cute-shm", *words, "--json"], check=True, capture_output=True).stdout
    return json.loads(text, parse_constant=refuse)  # NaN and Infinity are not JSON


print([project["project"] for project in ask("list")["projects"]])
for name, value in ask("show", "values")["nodes"][0]["attributes"].items():
    print(name, value["dtype"], value["shape"], value["value"])
print([node["path"] for node in ask("show", "hostile")["nodes"]])
for skip in ask("show", "skipping")["skipped"]:
    print(skip)
PYTHON
"$PYTHON" check.py
run cute-shm unlink file values hostile skipping
