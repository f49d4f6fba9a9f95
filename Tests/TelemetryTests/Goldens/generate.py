#!/usr/bin/env python3
"""Writes events.bin: an event file by TensorBoard's own messages and record writer.

    python3 -m venv v && v/bin/pip install tensorboard==2.20.0 && v/bin/python generate.py
"""
import os
import sys
import types

from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_shape_pb2, tensor_pb2, types_pb2
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

here = os.path.dirname(os.path.abspath(__file__))


def metadata(plugin, content=b""):
    data = summary_pb2.SummaryMetadata.PluginData(plugin_name=plugin, content=content)
    return summary_pb2.SummaryMetadata(plugin_data=data)


def hyperparameters(tag, **data):
    content = plugin_data_pb2.HParamsPluginData(**data).SerializeToString(deterministic=True)
    return summary_pb2.Summary.Value(tag=tag, metadata=metadata("hparams", content))


def text(name, words):
    return summary_pb2.Summary.Value(
        tag=name + "/text_summary", metadata=metadata("text"),
        tensor=tensor_pb2.TensorProto(
            dtype=types_pb2.DT_STRING, string_val=[words.encode()],
            tensor_shape=tensor_shape_pb2.TensorShapeProto(
                dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)])))


def summary(time, step, *values):
    return event_pb2.Event(wall_time=time, step=step, summary=summary_pb2.Summary(value=values))


start = plugin_data_pb2.SessionStartInfo(start_time_secs=1.5e9 + 0.25)
start.hparams["bf16"].bool_value = True
start.hparams["learning_rate"].number_value = 2e-5
start.hparams["task"].string_value = "text-classification"
scalar = summary_pb2.Summary.Value
events = [
    event_pb2.Event(wall_time=1.5e9 + 0.25, file_version="brain.Event:2"),
    event_pb2.Event(
        wall_time=1.5e9 + 0.25, step=41,
        session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)),
    summary(1.5e9 + 0.25, 40, text("recipe", "    task: text-classification\n    seed: 1ä")),
    summary(1.5e9 + 0.25, 0, hyperparameters("_hparams_/session_start_info", session_start_info=start)),
    summary(
        1.5e9 + 0.25, 50, scalar(tag="train/epoch", simple_value=0.5), scalar(tag="train/loss", simple_value=0.7),
        scalar(tag="eval/f1", simple_value=0.1), scalar(tag="train/train_runtime", simple_value=float("nan"))),
    summary(
        1.5e9 + 0.25, 0,
        hyperparameters(
            "_hparams_/session_end_info",
            session_end_info=plugin_data_pb2.SessionEndInfo(status=1, end_time_secs=1.5e9 + 0.25))),
]
with open(os.path.join(here, "events.bin"), "wb") as file:
    writer = RecordWriter(file)
    for event in events:
        writer.write(event.SerializeToString(deterministic=True))
    writer.flush()
