// Package view shows a [nissl.Finding] to people: as text in a terminal, as SVG and
// PNG figures, and as one self-contained HTML page. It computes nothing about the
// brain; what a figure shows is said by [nissl.Figure], how it looks is decided here.
//
// All lengths are points (1/72 inch) with the origin in the upper left corner. The
// same input gives the same bytes. Colours are safe for the common kinds of colour
// blindness: groups take [Palette], sequential maps rise evenly in lightness from
// paper to ink, signed maps are symmetric in lightness around zero.
package view
