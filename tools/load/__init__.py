"""Many visitors at once: how long they wait, and what they cost.

Each visitor speaks Streamlit's own websocket protocol and walks through the pages as a person
would. One process plays all of them: ``python -m tools.load --visitors 150`` (make load).

    protocol    one browser's side of the websocket: visits, widgets, uploads
    journeys    what visitors do, one action after the other
    crowd       many visitors at once, and the samples that they bring home
    server      starts the demo; reads its memory and processor time
    report      percentiles and tables
"""
