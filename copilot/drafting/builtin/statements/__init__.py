"""Reads rules over named amounts, said freely, statement by statement: "A may outnumber C by no more than 10"."""
