"""How alike two texts are, for many texts at once."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence


class SimilarityIndex:
    """Finds among many texts those that share letters with one text, without comparing all.

    The measure is Dice's coefficient over trigrams (the share of three-letter pieces, word by word, that both
    texts have): 1.0 for the same words, 0.0 for nothing in common. The order of words does not count.
    """

    def __init__(self, texts: Sequence[str | None]) -> None:
        self._sizes: list[int] = []
        self._positions: dict[str, list[int]] = defaultdict(list)
        for position, text in enumerate(texts):
            trigrams = _trigrams(text or "")
            self._sizes.append(len(trigrams))
            for trigram in trigrams:
                self._positions[trigram].append(position)

    def similar(self, text: str | None) -> dict[int, float]:
        """From positions to similarities in (0, 1], for those that have any."""
        trigrams = _trigrams(text or "")
        shared: Counter[int] = Counter()
        for trigram in trigrams:
            shared.update(self._positions.get(trigram, ()))
        size = len(trigrams)
        return {position: 2 * count / (size + self._sizes[position]) for position, count in shared.items()}


def _trigrams(text: str) -> set[str]:
    """The pieces of the words, each word padded so that its beginning counts more than its middle."""
    padded = [f"  {word} " for word in text.split()]
    return {word[at : at + 3] for word in padded for at in range(len(word) - 2)}
