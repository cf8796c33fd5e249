# Runs tensortools_ntf.py with the masked tensor only.
import os
path = os.path.join(os.environ["PYTHONPATH"].split(os.pathsep)[0], "tensortools_ntf.py")
text = open(path).read()
kinds = '(("masked", 4), ("zeros", 4), ("complete", 5))'
assert kinds in text, "the script's list of tensors has changed"
exec(compile(text.replace(kinds, '(("masked", 4),)'), path, "exec"))
