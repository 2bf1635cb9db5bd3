"""The layouts of the published conventions, each drawn with `sketch` on the anchors and curves of C."""
