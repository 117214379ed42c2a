"""Solves a few hard sudokus by trial and error: some seconds of pure Python with a stack that goes up and down.

    austin -o sudoku.austin python3 examples/sudoku.py
"""

PUZZLES = [
    "4.....8.5.3..........7......2.....6.....8.4......1.......6.3.7.5..2.....1.4......",
    "..............3.85..1.2.......5.7.....4...1...9.......5......73..2.1........4...9",
    "8..........36......7..9.2...5...7.......457.....1...3...1....68..85...1..9....4..",
]
DIGITS = "123456789"


def neighbours(cell):
    """The cells that may not hold the same digit."""
    row, column = divmod(cell, 9)
    box = 27 * (row // 3) + 3 * (column // 3)
    in_row = {9 * row + other for other in range(9)}
    in_column = {9 * other + column for other in range(9)}
    in_box = {box + 9 * down + right for down in range(3) for right in range(3)}
    return (in_row | in_column | in_box) - {cell}


NEIGHBOURS = [neighbours(cell) for cell in range(81)]


def candidates(grid, cell):
    taken = {grid[other] for other in NEIGHBOURS[cell]}
    return [digit for digit in DIGITS if digit not in taken]


def most_constrained(grid):
    """The empty cell with the fewest candidates, and these; None when no cell is empty."""
    best = None
    for cell in range(81):
        if grid[cell] == ".":
            options = candidates(grid, cell)
            if best is None or len(options) < len(best[1]):
                best = cell, options
    return best


def solve(grid):
    choice = most_constrained(grid)
    if choice is None:
        return grid
    cell, options = choice
    for digit in options:
        solution = solve(grid[:cell] + digit + grid[cell + 1 :])
        if solution is not None:
            return solution
    return None


def show(grid):
    return "\n".join(" ".join(grid[row : row + 9]) for row in range(0, 81, 9))


if __name__ == "__main__":
    for puzzle in PUZZLES:
        print(show(solve(puzzle)), end="\n\n")
