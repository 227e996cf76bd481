"""What goes in: trames are written, read, judged and remembered here.

Second room of five. Imports `config` only. In the order a figure travels:

    trame, trames/    what a layout is, and each layout       template/   a blank workbook
    reading/          bytes → typed lines                     checks/     the catalogue of what may be wrong
    gain              what one line is worth                  judging/    lines → findings at their cells
    register/         what is remembered, in SQLite           compte      what counts
"""
