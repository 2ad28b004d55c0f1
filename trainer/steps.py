"""One step of learning, compiled: on one device, or on several of which each has its share of the batch."""

from collections.abc import Callable
from typing import Any

from trainer.device import import_keras, import_tensorflow

_LONGEST = 5.0  # of the gradient of one array of weights; what is longer is shortened to it


def compile_step(model: Any, optimizer: Any, strategy: Any = None) -> Any:
    """One weight update: `(images, smoothed labels, weights) -> (loss, hits)`.

    Several devices (`strategy`, of tf.distribute) do what one would: the gradient is that of the mean over the whole
    batch. Only normalization counts over each one's own share.
    """
    tensorflow = import_tensorflow()
    learn = _update(model, optimizer, 1 if strategy is None else strategy.num_replicas_in_sync)

    def step(*batch: Any) -> Any:
        if strategy is None:
            return learn(batch, tensorflow.shape(batch[0])[0])
        return _shared(strategy, learn, batch)

    return tensorflow.function(step, autograph=False, jit_compile=False, reduce_retracing=True)


def _shared(strategy: Any, learn: Callable[..., Any], batch: tuple[Any, ...]) -> tuple[Any, Any]:
    """Deal the batch out; where it does not divide evenly, some images are shown again with no weight."""
    tensorflow = import_tensorflow()
    number, devices = tensorflow.shape(batch[0])[0], strategy.num_replicas_in_sync
    each = (number + devices - 1) // devices

    def own() -> Any:
        first = tensorflow.distribute.get_replica_context().replica_id_in_sync_group
        places = first + devices * tensorflow.range(each)
        images, targets, weights = (tensorflow.gather(what, places % number) for what in batch)
        return learn((images, targets, weights * tensorflow.cast(places < number, weights.dtype)), number)

    losses, hits = strategy.run(own)
    total = tensorflow.distribute.ReduceOp.SUM
    return strategy.reduce(total, losses, axis=None), strategy.reduce(total, hits, axis=None)


def _update(model: Any, optimizer: Any, devices: int) -> Callable[..., Any]:
    keras, tensorflow = import_keras(), import_tensorflow()
    part = keras.Model(model.input, model.get_layer("logits").output)
    variables = model.trainable_variables

    def learn(batch: tuple[Any, ...], number: Any) -> tuple[Any, Any]:
        """On one device; `number` images have a weight on all devices together."""
        images, targets, weights = batch
        with tensorflow.GradientTape() as tape:
            logits = part(images, training=True)
            losses = tensorflow.nn.softmax_cross_entropy_with_logits(targets, logits) * weights
            penalties = [tensorflow.cast(each, tensorflow.float32) for each in part.losses]  # L2
            loss = tensorflow.reduce_sum(losses) / tensorflow.cast(number, tensorflow.float32)
            loss += sum(penalties, start=0.0) / devices
            scaled = optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, variables)
        pairs = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
        sums = _summed([g for g, _ in pairs], devices)
        longest = optimizer.scale_loss(tensorflow.constant(_LONGEST))
        # The optimizer adds up what it is given on each device.
        shares = [tensorflow.clip_by_norm(each, longest) / devices for each in sums]
        optimizer.apply(shares, [v for _, v in pairs])
        right = tensorflow.argmax(logits, axis=1) == tensorflow.argmax(targets, axis=1)
        hits = tensorflow.logical_and(right, weights > 0)
        return loss, tensorflow.reduce_sum(tensorflow.cast(hits, tensorflow.int32))

    return learn


def _summed(gradients: list[Any], devices: int) -> Any:
    if devices == 1:
        return gradients
    distribute = import_tensorflow().distribute
    return distribute.get_replica_context().all_reduce(distribute.ReduceOp.SUM, gradients)
