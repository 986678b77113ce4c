"""Has pytest write its results into CRAFTING_REPORTS as well, and changes nothing else.

PYTHONPATH leads every Python here. A variable that names a plugin would end each pytest whose PYTHONPATH the recipe has
set anew, because it could not find it; so this file waits for pytest to be imported in its own process, hands it the
plugin there, and where it is not found nothing happens.
"""

import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


class _PytestFinder:
    """Finds nothing. It only sees that pytest is about to be imported."""

    def find_spec(self, fullname, path=None, target=None):
        if fullname == "_pytest.config":
            sys.meta_path.remove(self)
            _offer_plugin()
        return None


def _offer_plugin():
    try:
        sys.path.insert(0, _HERE)
        import crafting_table_pytest

        crafting_table_pytest.offer()
    except Exception:
        pass  # Whatever is wrong with it, the recipe's tests run as they would without it.
    finally:
        if _HERE in sys.path:
            sys.path.remove(_HERE)


def _give_way():
    """There may be another sitecustomize: of the distribution, of the environment, of the author."""
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != _HERE]
    own = sys.modules.pop("sitecustomize", None)
    try:
        import sitecustomize  # noqa: F401
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = own


if sys.version_info >= (3, 7):
    if os.environ.get("CRAFTING_REPORTS"):
        sys.meta_path.insert(0, _PytestFinder())
    _give_way()
