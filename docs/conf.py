"""The documentation site: ``make docs``. It needs no network, neither to be built nor to be read."""

import logging
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
EXAMPLES = HERE.parent / "out" / "gallery"  # where they run and leave their files
shutil.copytree(HERE / "examples", EXAMPLES, dirs_exist_ok=True)

import kadita  # noqa: E402

logging.getLogger("kadita").setLevel(logging.WARNING)  # a package of the theme lets all loggers print

project = "kadita"
author = "kadita's authors"
release = kadita.__version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "myst_parser",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "builder.sphinx",
]
exclude_patterns = ["examples/*"]
nitpicky = False
default_role = "code"
smartquotes = False  # options are to be copied

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autosummary_generate = True
autosummary_imported_members = False
autodoc_typehints = "none"  # signatures have them
autodoc_typehints_format = "short"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
suppress_warnings = ["config.cache"]

copybutton_exclude = ".linenos, .gp, .go"

html_theme = "furo"
html_title = f"kadita {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1d5b8c", "color-brand-content": "#1d5b8c"},
    "dark_css_variables": {"color-brand-primary": "#7cc0ea", "color-brand-content": "#7cc0ea"},
}

sphinx_gallery_conf = {
    "examples_dirs": "../out/gallery",
    "gallery_dirs": "gallery",
    "filename_pattern": r".*\.py",
    "download_all_examples": False,
    "show_memory": False,
    "write_computation_times": False,
    "image_scrapers": ("matplotlib",),
    "abort_on_example_error": True,
    "within_subsection_order": "FileNameSortKey",
    "remove_config_comments": True,
    "show_signature": False,
}
