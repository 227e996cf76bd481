"""What goes in: trames are written, read, judged and remembered here.

Second room of five. Imports `config` only. In the order a figure travels:

    trame, trames/    what a layout is, and each layout       stamp, places   what a workbook and its tabs are for
    writing/          a blank workbook
    reading/          bytes → typed lines                     checks/     the catalogue of what may be wrong
    judging/          lines → findings at their cells         matching/   what the register knows of them
    register/         what is remembered, in SQLite; what_counts decides which of it counts
    returning/        what goes back to the sender            repairing/  a clean trame made of a damaged one
"""
