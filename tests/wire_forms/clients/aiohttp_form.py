import asyncio
import os

import aiohttp


async def main() -> None:
    form = aiohttp.FormData()
    form.add_field("prompt", os.environ["PROMPT"])
    form.add_field("strength", "0.5")
    with open(os.environ["PICTURE"], "rb") as picture:
        form.add_field("image", picture, filename=os.environ["FILENAME"], content_type="image/png")
        headers = {"authorization": "Bearer sk-test", "accept": "image/*"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(os.environ["URL"], data=form, headers=headers),
        ):
            pass


asyncio.run(main())
print("Python aiohttp", aiohttp.__version__)
