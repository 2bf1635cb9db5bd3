"""Every edit of the custom layout as an undoable command.

Layouts are immutable values, so a command is the layout before, the layout after, and what was selected.
One gesture is one step: a drag merges into its first move, and moving a point while the button that made
it is still down merges into the making.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtGui import QUndoCommand

from app import layout_edits
from app.state import Studio
from app.translation import tr
from infl.layouts import Layout

_MERGES = 1


class EditLayout(QUndoCommand):
    """Replace the custom layout by `after`; `gesture` ≠ 0 names the mouse gesture whose steps belong together."""

    def __init__(
        self, studio: Studio, text: str, after: Layout, select: Sequence[int] = (), gesture: int = 0
    ):
        super().__init__(text)
        self.studio, self.gesture = studio, gesture
        self.before, self.after = studio.layout, after
        self.selected_before, self.selected_after = studio.selection, tuple(select)

    def redo(self) -> None:
        self.studio.set_layout(self.after, self.selected_after)

    def undo(self) -> None:
        self.studio.set_layout(self.before, self.selected_before)

    def id(self) -> int:
        return _MERGES if self.gesture else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditLayout) or other.gesture != self.gesture:
            return False
        self.after, self.selected_after = other.after, other.selected_after
        return True


def add_point(studio: Studio, xyz: layout_edits.Place, gesture: int = 0) -> int:
    """Add a point at the place on the face closest to `xyz` (mm); returns its index."""
    index = len(studio.layout)
    after = layout_edits.add(studio.layout, xyz)
    name = after.points[-1].name
    studio.undo.push(
        EditLayout(
            studio, tr("Add {name}").format(name=name), _mirrored(studio, after, [index]), [index], gesture
        )
    )
    return index


def move_points(studio: Studio, places: Mapping[int, layout_edits.Place], gesture: int = 0) -> None:
    """Move points to the places on the face closest to theirs (mm); where partners go along, of two that are both moved
    the first leads."""
    if not places:
        return
    after = _mirrored(studio, layout_edits.move_many(studio.layout, places), list(places))
    one = studio.layout.points[next(iter(places))].name
    text = _of_one_or_more(tr("Move {name}"), tr("Move {count} points"), one, len(places))
    studio.undo.push(EditLayout(studio, text, after, studio.selection or list(places), gesture))


def _mirrored(studio: Studio, layout: Layout, indices: Sequence[int]) -> Layout:
    """The layout with the partners of points where these are, if what is done to a point is done to its partner."""
    if not studio.options.mirrored:
        return layout
    leading: list[int] = []
    for i in indices:
        if layout.mirror[i] == i or layout.mirror[i] not in leading:
            leading.append(i)
    return layout_edits.mirror(layout, leading)[0]


def rename_point(studio: Studio, index: int, name: str) -> None:
    """Rename a point; raises InflError when the name is empty or taken."""
    after = layout_edits.rename(studio.layout, index, name)
    if after != studio.layout:
        studio.undo.push(
            EditLayout(studio, tr("Rename to {name}").format(name=name), after, studio.selection)
        )


def delete_points(studio: Studio, indices: Sequence[int]) -> None:
    """Delete points of the custom layout."""
    if studio.options.mirrored:
        indices = sorted({*indices, *(int(studio.layout.mirror[i]) for i in indices)})
    if indices:
        one = studio.layout.points[indices[0]].name
        text = _of_one_or_more(tr("Delete {name}"), tr("Delete {count} points"), one, len(indices))
        studio.undo.push(EditLayout(studio, text, layout_edits.delete(studio.layout, indices)))


def set_group(studio: Studio, indices: Sequence[int], group: str) -> None:
    """Put points into a group."""
    after = layout_edits.set_group(studio.layout, indices, group)
    if after != studio.layout:
        studio.undo.push(
            EditLayout(
                studio,
                tr("Group {name}").format(name=group) if group else tr("Ungroup"),
                after,
                studio.selection,
            )
        )


def set_colour(studio: Studio, group: str, colour: str | None) -> None:
    """Draw a group in a colour, "#rrggbb"."""
    after = layout_edits.set_colour(studio.layout, group, colour)
    if after != studio.layout:
        studio.undo.push(
            EditLayout(
                studio, tr("Colour of {group}").format(group=group or tr("points")), after, studio.selection
            )
        )


def reorder_point(studio: Studio, index: int, to: int) -> None:
    """Move a point in the order to place `to`."""
    if index != to and 0 <= to < len(studio.layout):
        after = layout_edits.reorder(studio.layout, index, to)
        studio.undo.push(
            EditLayout(
                studio, tr("Reorder {name}").format(name=studio.layout.points[index].name), after, [to]
            )
        )


def reorder_points(studio: Studio, indices: Sequence[int], before: int) -> None:
    """Move points in the order to where `before` is."""
    after = layout_edits.reorder_many(studio.layout, indices, before)
    if after != studio.layout:
        start = sum(1 for i in range(before) if i not in indices)
        studio.undo.push(EditLayout(studio, tr("Reorder"), after, range(start, start + len(indices))))


def mirror_points(studio: Studio, indices: Sequence[int]) -> None:
    """Make (or move) the mirror partners of points."""
    if indices:
        after, partners = layout_edits.mirror(studio.layout, indices)
        studio.undo.push(EditLayout(studio, tr("Mirror"), after, partners))


def toggle_edge(studio: Studio, a: int, b: int) -> None:
    """Join two points by a line, or take the line away."""
    after = layout_edits.toggle_edge(studio.layout, a, b)
    text = tr("Join") if len(after.edges) > len(studio.layout.edges) else tr("Unjoin")
    studio.undo.push(EditLayout(studio, text, after, (a, b)))


def replace_layout(studio: Studio, layout: Layout, text: str) -> None:
    """Start over from another layout (new, loaded, or copied from a catalogue)."""
    studio.undo.push(EditLayout(studio, text, layout))


def add_line(studio: Studio, indices: Sequence[int], count: int, name: str) -> None:
    """Add points in even steps on the line along the surface through points of the layout; raises InflError where there
    is none."""
    after = layout_edits.add_line(studio.layout, studio.layout.queries[list(indices)], count, name)
    _push_added(studio, after, tr("Line “{name}”").format(name=name))


def add_curve(studio: Studio, name: str, count: int) -> None:
    """Add points in even steps along a named curve of the canonical face."""
    _push_added(
        studio,
        layout_edits.add_curve(studio.layout, name, count),
        tr("Add {name}").format(name=name.replace("_", " ")),
    )


def add_region(studio: Studio, name: str, count: int) -> None:
    """Add points spread over a named region of the canonical face."""
    _push_added(
        studio,
        layout_edits.add_region(studio.layout, name, count),
        tr("Add {name}").format(name=name.replace("_", " ")),
    )


def copy_points(studio: Studio, other: Layout, indices: Sequence[int]) -> None:
    """Add points of another layout."""
    after = layout_edits.copy_points(studio.layout, other, indices)
    _push_added(studio, after, tr("Copy from {layout}").format(layout=other.title))


def _push_added(studio: Studio, after: Layout, text: str) -> None:
    studio.undo.push(EditLayout(studio, text, after, range(len(studio.layout), len(after))))


def _of_one_or_more(one: str, more: str, name: str, count: int) -> str:
    """“Move left jaw”, or “Move 3 points”."""
    return one.format(name=name) if count == 1 else more.format(count=count)
