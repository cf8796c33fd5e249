# Runs correlograms.py's own statements from "n, t = ..." on, with its imports and functions, and leaves out the rest.
import ast, os, sys
folder = os.environ["PYTHONPATH"].split(os.pathsep)[0]
path = os.path.join(folder, "correlograms.py")
tree = ast.parse(open(path).read())
names = lambda s: ast.unparse(s.targets[0]) if isinstance(s, ast.Assign) else ""
start = next(k for k, s in enumerate(tree.body) if names(s) in ("n, t", "(n, t)"))
head = [s for s in tree.body[:start] if isinstance(s, ast.FunctionDef) or names(s) in ("args", "seconds")]
modules = [s for s in tree.body[:start] if isinstance(s, (ast.Import, ast.ImportFrom)) and not any(
    m in ast.unparse(s) for m in ("elephant", "quantities", "logging"))]
modules += ast.parse("import numpy as np, warnings").body
exec(compile(ast.Module(modules + head + tree.body[start:], []), path, "exec"))
