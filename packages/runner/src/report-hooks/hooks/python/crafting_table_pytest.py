"""A pytest plugin that writes the results of a session as JUnit XML. PYTEST_DONT_REWRITE: it is imported already."""

import os
import sys

_NAME = __name__
_HERE = os.path.dirname(os.path.abspath(__file__))
_SESSIONS_MAX = 100


def offer():
    """pytest reads the variable once it has started; by then `pytest_configure` takes it back."""
    names = os.environ.get("PYTEST_PLUGINS")
    os.environ["PYTEST_PLUGINS"] = names + "," + _NAME if names else _NAME


def _withdraw():
    """The tests see the environment that the recipe gave them, and a pytest that they start is theirs alone."""
    names = [name for name in os.environ.get("PYTEST_PLUGINS", "").split(",") if name and name != _NAME]
    _set("PYTEST_PLUGINS", ",".join(names))
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    _set("PYTHONPATH", os.pathsep.join(path for path in paths if os.path.abspath(path) != _HERE))


def _set(name, value):
    if value:
        os.environ[name] = value
    else:
        os.environ.pop(name, None)


def pytest_configure(config):
    try:
        _withdraw()
        if hasattr(config, "workerinput") or config.getoption("collectonly", False):
            return
        config.pluginmanager.register(_open_report(), "crafting_table_report")
    except Exception:
        pass  # Another version of pytest; its text is read anyway.


def _open_report():
    from _pytest.junitxml import LogXML

    class Report(LogXML):
        def pytest_sessionfinish(self, session, exitstatus):
            # What stopped early would look like a session in which nothing else fails.
            if exitstatus not in (0, 1) or session.shouldstop or session.shouldfail:
                return
            try:
                self.logfile = _free_name(os.environ["CRAFTING_REPORTS"])
                LogXML.pytest_sessionfinish(self)
            except Exception:
                pass  # As above; and the disk may be full.

        def pytest_terminal_summary(self):
            """Says nothing: what is printed is as it is without the plugin."""

    return Report("unnamed", None, "pytest", "no", "total", "xunit2")


def _free_name(folder):
    for number in range(1, _SESSIONS_MAX + 1):
        path = os.path.join(folder, "pytest-%d.xml" % number)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
            return path
        except FileExistsError:
            continue
    raise OSError("too many sessions")
