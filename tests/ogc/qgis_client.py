"""Run by Debian's Python: opens in QGIS what a site offers, and prints what it found as JSON.

Arguments: the address of the OGC API, a folder with practice-atlas.qgz, practices.qlr, practice-atlas.gpkg and
console.py (what the page tells to type). The picture of the project is left in the folder as project.png.
"""

import json
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsFeatureRequest,
    QgsLayerDefinition,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsProviderRegistry,
    QgsRectangle,
    QgsRelation,
    QgsRenderContext,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEventLoop, QSize

COLLECTIONS = ("practices", "services", "regions", "projects", "events", "needs", "territories")
BOX = QgsRectangle(5, 45, 17, 55)
MANY = 1000  # features, of which those of one island are enough
ISLAND = QgsRectangle(14, 35.7, 14.7, 36.2)
SIZE = 1200  # pixels of the picture
PAGES = {"territories": 1000}  # features a page
PAGE = 25  # of the others, so that most need several pages


def drawn(layer, request):
    """Return how many of the features asked for are drawn in each label of the legend, and how many not at all."""
    context, found = QgsRenderContext(), {}
    renderer = layer.renderer().clone()
    context.setExpressionContext(layer.createExpressionContext())
    renderer.startRender(context, layer.fields())
    for feature in layer.getFeatures(request):
        context.expressionContext().setFeature(feature)
        keys = renderer.legendKeysForFeature(feature, context)
        items = {item.ruleKey(): item.label() for item in renderer.legendSymbolItems()}
        for label in [items[key] for key in keys] or ["(not drawn)"]:
            found[label] = found.get(label, 0) + 1
    renderer.stopRender(context)
    return found


def described(layer):
    """Return what QGIS knows of a layer."""
    return {
        "valid": layer.isValid(),
        "name": layer.name(),
        "provider": layer.providerType(),
        "count": layer.featureCount(),
        "crs": layer.crs().authid(),
        "renderer": layer.renderer().type() if layer.renderer() else None,
        "drawn": drawn(layer, QgsFeatureRequest() if layer.featureCount() < MANY else QgsFeatureRequest(ISLAND)),
        "labelled": layer.labelsEnabled() and layer.labeling().settings().fieldName,
        "colours": {item.label(): item.symbol().color().name() for item in layer.renderer().legendSymbolItems()},
        "aliases": {field.name(): field.alias() for field in layer.fields() if field.alias()},
        "tip": layer.mapTipTemplate(),
    }


def api(address):
    """Load each collection, page by page, whole and by rectangle."""
    found = {}
    for name in COLLECTIONS:
        size = PAGES.get(name, PAGE)
        uri = f"pagingEnabled='true' pageSize='{size}' restrictToRequestBBOX='1' typename='{name}' url='{address}'"
        layer = QgsVectorLayer(uri, name, "OAPIF")
        boxed = QgsVectorLayer(uri, name, "OAPIF")  # one that has nothing in its cache: the server filters
        found[name] = {
            "valid": layer.isValid(),
            "count": layer.featureCount(),
            "ids": [feature["id"] for feature in layer.getFeatures()],
            "boxed": [feature["id"] for feature in boxed.getFeatures(QgsFeatureRequest(BOX))],
            "licence": layer.metadata().licenses(),
        }
    return found


def package(path):
    """Open every table of a GeoPackage, with the styles that lie in it, and join those that belong together."""
    listed = QgsProviderRegistry.instance().providerMetadata("ogr").querySublayers(str(path))
    layers = {one.name(): QgsVectorLayer(one.uri(), one.name(), "ogr") for one in listed}
    QgsProject.instance().addMapLayers(list(layers.values()))
    related = {}
    for child, parent in (("practice_texts", "practices"), ("practice_evaluations", "practices")):
        relation = QgsRelation()
        relation.setReferencedLayer(layers[parent].id())
        relation.setReferencingLayer(layers[child].id())
        relation.addFieldPair("slug", "slug")
        relation.setId(child)
        rows = list(layers[child].getFeatures())
        related[child] = {
            "valid": relation.isValid(),
            "rows": len(rows),
            "parents": sum(relation.getReferencedFeature(row).isValid() for row in rows),
        }
    return {
        "valid": {name: layer.isValid() for name, layer in layers.items()},
        "styled": {name: described(layer) for name, layer in layers.items() if layer.isSpatial()},
        "related": related,
    }


def project(path, picture):
    """Open a project as the program's window does; draw what it shows."""
    opened = QgsProject.instance()
    canvas = QgsMapCanvas()
    canvas.setObjectName("theMapCanvas")
    opened.readProject.connect(canvas.readProject)
    read = opened.read(str(path))
    layers = [node.layer() for node in opened.layerTreeRoot().findLayers()]
    settings = QgsMapSettings()
    settings.setLayers([layer for layer in layers if layer.featureCount() < MANY])
    settings.setDestinationCrs(opened.crs())
    settings.setExtent(canvas.extent())
    settings.setOutputSize(QSize(SIZE, SIZE))
    settings.setBackgroundColor(opened.backgroundColor())
    job, loop = QgsMapRendererParallelJob(settings), QEventLoop()
    job.finished.connect(loop.quit)
    job.start()
    loop.exec_()  # layers are read by other threads, which need this one for their requests
    image = job.renderedImage()
    image.save(str(picture))
    return {
        "read": read,
        "crs": opened.crs().authid(),
        "title": opened.title(),
        "layers": [described(layer) for layer in layers],
        "errors": [error.message for error in job.errors()],
        "hues": len({image.pixel(x, y) for x in range(0, SIZE, 3) for y in range(0, SIZE, 3)}),
    }


def definition(path):
    """Open a layer definition."""
    opened = QgsProject()
    read, error = QgsLayerDefinition().loadLayerDefinition(str(path), opened, opened.layerTreeRoot())
    return {"read": read, "error": error, "layers": [described(one) for one in opened.mapLayers().values()]}


def console(path):
    """Run what the page tells to type into the console of QGIS."""
    QgsProject.instance().clear()
    exec(path.read_text(encoding="utf-8"), {"QgsVectorLayer": QgsVectorLayer, "QgsProject": QgsProject})
    return [(one.name(), one.isValid(), one.featureCount()) for one in QgsProject.instance().mapLayers().values()]


def main(address, folder):
    """Check everything in one process: QGIS takes seconds to start."""
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], True)
    application.initQgis()
    found = {
        "version": Qgis.QGIS_VERSION,
        "api": api(address),
        "project": project(folder / "practice-atlas.qgz", folder / "project.png"),
        "definition": definition(folder / "practices.qlr"),
        "package": package(folder / "practice-atlas.gpkg"),
        "console": console(folder / "console.py"),
    }
    print(json.dumps(found))
    sys.stdout.flush()
    os._exit(0)  # what is left of layers and threads must not fail a check that is done


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
