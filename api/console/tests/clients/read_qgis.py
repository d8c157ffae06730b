#!/usr/bin/python3
"""Reads every collection of a server with QGIS's own provider and prints what came as rows of a table: `read_qgis.py ADDRESS [PICTURE]`.

It ends with 1 when QGIS has another number than the server says. Debian: python3-qgis, qgis-providers."""

import json
import os
import sys
import time
import urllib.parse
import urllib.request

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
from qgis.core import (  # noqa: E402  (the platform is read when Qt is loaded)
    Qgis, QgsApplication, QgsFeatureRequest, QgsFillSymbol, QgsMapRendererParallelJob, QgsMapSettings, QgsMarkerSymbol,
    QgsPalLayerSettings, QgsRectangle, QgsTextFormat, QgsVectorLayer, QgsVectorLayerSimpleLabeling, QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor, QFont  # noqa: E402

# A condition for each kind of collection, as QGIS writes it and as the server does.
CONDITIONS = {"components": ("\"state\" = '破损'", {"state": "破损"}), "areas": ("\"name\" LIKE '%1%' OR \"square_metres\" > 100000", None)}

wrong = 0


def ask(path, **parameters):
    with urllib.request.urlopen(base + path + "?" + urllib.parse.urlencode(parameters)) as answer:
        return json.load(answer)


def matched(collection, **parameters):
    return ask(f"/collections/{collection}/items", count="exact", limit=1, **parameters)["numberMatched"]


def layer_of(collection, more=""):
    layer = QgsVectorLayer(f"url='{base}' typename='{collection}' {more}", collection, "OAPIF")
    if not layer.isValid():
        sys.exit(f"QGIS does not take {collection}: {layer.error().summary()}")
    return layer


def row(collection, what, got, want, begin):
    global wrong
    verdict = "" if got == want else f" **the server has {want}**"
    wrong += got != want
    print(f"| QGIS | {Qgis.QGIS_VERSION.split('-')[0]} | {what} | {collection} | {got}{verdict} | {time.time() - begin:.1f} |", flush=True)


def read(collection):
    name, bbox = collection["id"], collection["extent"]["spatial"]["bbox"][0]
    begin = time.time()
    layer = layer_of(name)
    row(name, "count before reading", layer.featureCount(), collection["itemCount"], begin)
    codes = {feature["code"] for feature in layer.getFeatures()}
    row(name, "all features", len(codes), collection["itemCount"], begin)

    begin = time.time()
    extent = layer.extent()
    row(name, "corners of the extent as the server has them",
        sum(abs(a - b) < 1e-7 for a, b in zip((extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()), bbox)), 4, begin)

    begin = time.time()
    box = [round(bbox[i] + (bbox[i % 2 + 2] - bbox[i % 2]) * part, 5) for i, part in ((0, 0.3), (1, 0.35), (0, 0.55), (1, 0.6))]
    fresh = layer_of(name, "restrictToRequestBBOX='1'")  # asks the server for what is in the view, where the other has all features
    request = QgsFeatureRequest(QgsRectangle(*box)).setFlags(QgsFeatureRequest.ExactIntersect)
    row(name, "features in a box", sum(1 for _ in fresh.getFeatures(request)), matched(name, bbox=",".join(map(str, box))), begin)

    begin = time.time()
    expression, parameters = CONDITIONS["components" if name.startswith("components") else "areas"]
    if parameters:
        want = matched(name, **parameters)
    else:
        page = ask(f"/collections/{name}/items", limit=10000, skipGeometry="true")
        values = [feature["properties"] for feature in page["features"]]
        want = sum("1" in v["name"] or v["square_metres"] > 100000 for v in values)
    if not layer.setSubsetString(expression):
        sys.exit(f"QGIS does not take the condition {expression}")
    row(name, "features of a condition", sum(1 for _ in layer.getFeatures()), want, begin)

    if name.startswith("components"):
        begin = time.time()
        layer.setSubsetString("\"first_surveyed\" >= '2011-06-01'")
        row(name, "features of a time", sum(1 for _ in layer.getFeatures()), matched(name, datetime="2011-06-01/.."), begin)


def draw(picture):
    cells, lamps = layer_of("grid-cells"), layer_of("components-01")
    cells.renderer().setSymbol(QgsFillSymbol.createSimple({"color": "#f4f1ea", "outline_color": "#8a8577", "outline_width": "0.4"}))
    lamps.renderer().setSymbol(QgsMarkerSymbol.createSimple({"color": "#c2452d", "outline_style": "no", "size": "1.3"}))
    settings = QgsPalLayerSettings()
    settings.fieldName = "\"name\""
    settings.isExpression = True
    text = QgsTextFormat()
    text.setFont(QFont("Noto Sans CJK SC"))
    text.setSize(7)
    text.setColor(QColor("#24323d"))
    text.buffer().setEnabled(True)
    settings.setFormat(text)
    lamps.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    lamps.setLabelsEnabled(True)
    job = QgsMapSettings()
    job.setLayers([lamps, cells])
    job.setDestinationCrs(cells.crs())
    job.setExtent(QgsRectangle(111.2805, 30.6985, 111.2885, 30.7035))
    job.setOutputSize(QSize(1280, 800))
    job.setOutputDpi(120)
    job.setBackgroundColor(QColor("white"))
    # QGIS draws what has come when it is asked; the layers read all of it first.
    for layer in (cells, lamps):
        sum(1 for _ in layer.getFeatures())
    rendering = QgsMapRendererParallelJob(job)
    rendering.start()
    rendering.waitForFinished()
    if rendering.errors() or not rendering.renderedImage().save(picture):
        sys.exit(f"QGIS drew no {picture}: {[error.message for error in rendering.errors()]}")


base = sys.argv[1].rstrip("/")
QgsApplication.setPrefixPath("/usr", True)
application = QgsApplication([], True)
application.initQgis()
for collection in ask("/collections")["collections"]:
    read(collection)
if len(sys.argv) > 2:
    draw(sys.argv[2])
sys.stdout.flush()
# QGIS 3.22 sometimes crashes while Python takes its layers down; everything is said by now.
os._exit(1 if wrong else 0)
