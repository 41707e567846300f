# environmentSize varies
addresses | grep stack
