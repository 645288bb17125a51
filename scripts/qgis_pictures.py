"""Takes the pictures of QGIS for the documentation and the page "Use this data", from a running site, without a screen.

Run by Debian's Python, which knows python3-qgis: `/usr/bin/python3 scripts/qgis_pictures.py http://127.0.0.1:8000`.
"""

import os
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["HOME"] = tempfile.mkdtemp()  # the settings of whoever takes the pictures are none of ours

from qgis.core import (
    QgsApplication,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsOwsConnection,
    QgsProject,
    QgsRectangle,
    QgsSettings,
)
from qgis.gui import QgsGui, QgsNewHttpConnection
from qgis.PyQt.QtCore import QEventLoop, QSize, QTimer
from qgis.PyQt.QtGui import QFont
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLineEdit,
    QPushButton,
    QTreeView,
)

ROOT = Path(__file__).parent.parent
DOCUMENTATION = ROOT / "docs" / "pictures"
SITE = ROOT / "mapapp" / "static" / "pictures"
SHOWN = "https://your-atlas.example/ogc/"  # the address in the pictures
VERSION = "OGC API - Features"
KEY = "qgis/connections-wfs/"
SERVICE = "WFS"


def wait(milliseconds):
    """Let QGIS work for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec_()


def connection():
    """The window in which the address is pasted."""
    window = QgsNewHttpConnection(None, QgsNewHttpConnection.ConnectionWfs, KEY, "")
    window.findChild(QLineEdit, "txtName").setText("Practice Atlas")
    window.findChild(QLineEdit, "txtUrl").setText(SHOWN)
    version = window.findChild(QComboBox, "cmbVersion")
    version.setCurrentIndex(version.findText(VERSION))
    for box in window.findChildren(QGroupBox):
        if "Auth" in box.objectName():
            box.hide()
    window.resize(560, 10)
    window.show()
    window.findChild(QLineEdit, "txtUrl").setFocus()
    wait(300)
    window.adjustSize()
    wait(100)
    for folder in (DOCUMENTATION, SITE):
        folder.mkdir(exist_ok=True)
        window.grab().save(str(folder / "qgis-connection.png"))
    window.hide()


def collections(site):
    """The list of layers that QGIS finds at the address."""
    settings = QgsSettings()
    settings.setValue(f"{KEY}Practice Atlas/url", f"{site}/ogc/?lang=en")
    settings.setValue(f"{KEY}Practice Atlas/version", "OGC_API_FEATURES")
    QgsOwsConnection.setSelectedConnection(SERVICE, "Practice Atlas")
    source = next(one for one in QgsGui.sourceSelectProviderRegistry().providers() if one.name() == SERVICE)
    window = source.createDataSourceWidget(None)
    window.resize(900, 470)
    window.show()
    for box in window.findChildren(QCheckBox):
        if "title" in box.text():
            box.setChecked(True)
    window.findChild(QPushButton, "btnConnect").click()
    wait(4000)
    listed = window.findChild(QTreeView)
    listed.setColumnWidth(0, 150)
    listed.setColumnWidth(1, 110)
    listed.setColumnWidth(2, 560)
    wait(200)
    window.grab().save(str(DOCUMENTATION / "qgis-collections.png"))
    window.hide()


def drawn(layers, system, box, background, name):
    """Draw layers as QGIS does."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(system)
    settings.setExtent(box)
    settings.setOutputSize(QSize(1200, 900))
    settings.setOutputDpi(110)
    settings.setBackgroundColor(background)
    job, loop = QgsMapRendererParallelJob(settings), QEventLoop()
    job.finished.connect(loop.quit)
    job.start()
    loop.exec_()  # layers are read by other threads, which need this one for their requests
    job.renderedImage().save(str(DOCUMENTATION / f"{name}.png"))


def project(site):
    """The project of the site: all of Europe, and close enough for names."""
    path = Path(os.environ["HOME"]) / "practice-atlas.qgz"
    with urlopen(f"{site}/practice-atlas.qgz?lang=en") as answer:  # noqa: S310 the address that was asked for
        path.write_bytes(answer.read())
    opened = QgsProject.instance()
    opened.read(str(path))
    layers = [node.layer() for node in opened.layerTreeRoot().findLayers()]
    background = opened.backgroundColor()
    europe = QgsRectangle(1_900_000, 1_300_000, 7_400_000, 5_425_000)
    drawn(layers, opened.crs(), europe, background, "qgis-project")
    close = QgsRectangle(4_150_000, 2_480_000, 4_650_000, 2_855_000)
    drawn(layers, opened.crs(), close, background, "qgis-project-close")


def main(site):
    """Write each picture as a PNG below docs/pictures."""
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], True)
    application.setFont(QFont("DejaVu Sans", 9))
    application.initQgis()
    connection()
    collections(site)
    project(site)
    os._exit(0)  # threads of layers that are still open would not let go


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
