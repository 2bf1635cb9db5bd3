"""What is on screen. Each view reads the studio's state and draws it; views never talk to each other."""
